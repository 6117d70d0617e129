/**
 * Views of other libraries' arrays, of any rank, order of axes, step and direction: they read as they do there; borrowed
 * ones follow their memory, copied ones do not; functions compute with them as with arrays of our own.
 */
import {
  createRuntime,
  NDArray,
  type SharedVariable,
  type TensorLike,
  type TensorType,
  toNDArray,
} from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import stdlib from "@stdlib/ndarray-base-ctor";
import fc from "fast-check";
import ndarray from "ndarray";
import * as np from "numpy-ts";
import { describe, expect, it } from "vitest";

const runtime = createRuntime({ plugins: [cpu] });

/** A view: lengths of the whole, then for each axis a step, and an order of the axes. */
interface View {
  readonly whole: readonly number[];
  readonly steps: readonly number[];
  readonly order: readonly number[];
}
const view: fc.Arbitrary<View> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(1, -1, 2, -2)), { maxLength: 3 })
  .chain((axes) =>
    fc
      .shuffledSubarray(
        axes.map((_, i) => i),
        { minLength: axes.length },
      )
      .map((order) => ({
        whole: axes.map(([length]) => length),
        steps: axes.map(([, step]) => step),
        order,
      })),
  );
const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
const memoryOf = ({ whole }: View): Float32Array =>
  Float32Array.from({ length: sizeOf(whole) }, (_, i) => i + 1);

/** Lengths, strides and offset of the view in row-major memory. */
function layout({ whole, steps, order }: View) {
  const rowMajor = whole.map((_, axis) => sizeOf(whole.slice(axis + 1)));
  const shape = whole.map((length, axis) => Math.ceil(length / Math.abs(steps[axis] as number)));
  const strides = steps.map((step, axis) => step * (rowMajor[axis] as number));
  const offset = steps.reduce(
    (sum, step, axis) =>
      sum + (step < 0 ? Math.max(0, (whole[axis] as number) - 1) * (rowMajor[axis] as number) : 0),
    0,
  );
  const at = <V>(list: readonly V[]): V[] => order.map((axis) => list[axis] as V);
  return { shape: at(shape), strides: at(strides), offset: sizeOf(whole) === 0 ? 0 : offset };
}

/** Nested arrays of what a getter gives. */
function nest(shape: readonly number[], get: (...index: number[]) => number, index: number[] = []): unknown {
  if (index.length === shape.length) return get(...index);
  return Array.from({ length: shape[index.length] as number }, (_, i) => nest(shape, get, [...index, i]));
}
const added = (nested: unknown, by: number): unknown =>
  Array.isArray(nested) ? nested.map((item) => added(item, by)) : (nested as number) + by;

/** All that holds for an array of another library, whose elements and memory are known. */
function holds(array: object, data: Float32Array, expected: unknown): void {
  expect(toNDArray(array).toArray()).toEqual(expected);
  const make = (kwargs: object) =>
    runtime.shared(array as TensorLike, kwargs) as unknown as SharedVariable<TensorType>;
  const [borrowed, copied] = [make({ borrow: true }), make({})];
  const set = runtime.shared(
    new NDArray({
      data: new Float32Array(1),
      shape: borrowed.getValue().shape.map(() => 1),
      dtype: "float32",
    }),
  ) as unknown as SharedVariable<TensorType>;
  set.setValue(array, { borrow: true });
  for (const s of [borrowed, copied, set]) expect(s.getValue().toArray()).toEqual(expected);
  data.forEach((value, i) => {
    data[i] = value + 100;
  });
  const moved = added(expected, 100);
  for (const s of [borrowed, set]) {
    expect(s.getValue().toArray()).toEqual(moved);
    if (data.length > 0) expect(s.getValue({ borrow: true }).data.buffer).toBe(data.buffer);
  }
  expect(copied.getValue().toArray()).toEqual(expected);
  const total = borrowed.add(1).sum();
  const f = runtime.compile([], total, { updates: [[copied, borrowed.mul(2).sub(borrowed)]] });
  f();
  expect(copied.getValue().toArray()).toEqual(moved);
  const kept = copied.getValue({ borrow: true });
  runtime.compile([], null, { updates: [[borrowed, borrowed.add(1)]] })();
  expect(borrowed.getValue().toArray()).toEqual(added(moved, 1));
  expect(kept.toArray()).toEqual(moved);
}

describe("any view", () => {
  const check = (make: (v: View, data: Float32Array) => { array: object; expected: unknown }) =>
    fc.assert(
      fc.property(view, (v) => {
        const data = memoryOf(v);
        const { array, expected } = make(v, data);
        holds(array, data, expected);
      }),
      { numRuns: 80 },
    );

  it("of scijs ndarray", () =>
    check((v, data) => {
      const { shape, strides, offset } = layout(v);
      const array = ndarray(data, shape, strides, offset);
      return { array, expected: nest(shape, (...index) => array.get(...index) as number) };
    }));

  it("of stdlib", () =>
    check((v, data) => {
      const { shape, strides, offset } = layout(v);
      const array = stdlib("float32", data, shape, shape.length === 0 ? [0] : strides, offset, "row-major");
      return { array, expected: nest(shape, (...index) => array.get(...index) as number) };
    }));

  it("of zarrita: chunks have data, shape and stride", () =>
    check((v, data) => {
      // A chunk is never reversed, but its axes may be in any order.
      const forward = { ...v, steps: v.steps.map(() => 1) };
      const { shape, strides } = layout(forward);
      const array = { data, shape, stride: strides };
      const at = (...index: number[]): number =>
        data[index.reduce((sum, i, axis) => sum + i * (strides[axis] as number), 0)] as number;
      return { array, expected: nest(shape, at) };
    }));

  it("of numpy-ts", () => {
    fc.assert(
      fc.property(view, (v) => {
        // numpy-ts gives the wrong length for an empty axis backwards.
        fc.pre(v.whole.every((length, axis) => length > 0 || (v.steps[axis] as number) > 0));
        const flat = np.array([...memoryOf(v)], "float32");
        const whole = flat.reshape(...v.whole);
        const sliced = v.whole.length === 0 ? whole : whole.slice(...v.steps.map((step) => `::${step}`));
        const array = v.order.length < 2 ? sliced : sliced.transpose([...v.order]);
        expect(toNDArray(array).toArray()).toEqual(array.toArray());
        const s = runtime.shared(array as unknown as TensorLike, { borrow: true });
        expect((s.getValue() as NDArray).toArray()).toEqual(array.toArray());
        const memory = array.data as unknown as Float32Array;
        memory.forEach((value, i) => {
          memory[i] = value + 100;
        });
        expect((s.getValue() as NDArray).toArray()).toEqual(array.toArray());
      }),
      { numRuns: 80 },
    );
  });
});
