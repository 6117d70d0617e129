/** Regions for the tests of backends: declared value by value, run by the reference kernels, or made up at random. */
import {
  type DType,
  isFloat,
  kindOf,
  type LoweredName,
  type LoweredParams,
  NDArray,
  type PrimitiveName,
  type Region,
  type RegionNode,
  type RegionValue,
  rowMajorStrides,
  type Shape,
  sizeOf,
  TensorType,
} from "@bitale/core";
import fc from "fast-check";
import { referenceExecutable } from "../core/dist/plugin/kernel-table.js";
import type { TypeRule } from "../core/dist/tensor/type-rules/rule.js";
import { typeRules } from "../core/dist/tensor/type-rules/table.js";

/** Builds a region; every method returns the id of the value that it declares. */
export class RegionBuilder {
  readonly #values: RegionValue[] = [];
  readonly #inputs: number[] = [];
  readonly #constants = new Map<number, NDArray>();
  readonly #nodes: RegionNode[] = [];
  #scalars = 0;

  value(dtype: DType, shape: readonly number[]): number {
    this.#values.push({ id: this.#values.length, type: new TensorType(dtype, shape), dtype, shape });
    return this.#values.length - 1;
  }
  input(dtype: DType, shape: readonly number[]): number {
    const id = this.value(dtype, shape);
    this.#inputs.push(id);
    return id;
  }
  constant(value: NDArray): number {
    const id = this.value(value.dtype, value.shape);
    this.#constants.set(id, value);
    return id;
  }
  scalar(): { readonly scalar: number } {
    return { scalar: this.#scalars++ };
  }
  shapeOf(id: number): readonly number[] {
    return (this.#values[id] as RegionValue).shape;
  }
  dtypeOf(id: number): DType {
    return (this.#values[id] as RegionValue).dtype;
  }
  /** A node whose result's dtype and shape are given. */
  node<N extends LoweredName>(
    op: N,
    params: LoweredParams[N],
    inputs: readonly number[],
    dtype: DType,
    shape: readonly number[],
  ): number {
    const output = this.value(dtype, shape);
    this.#nodes.push({ op, params, inputs, output } as unknown as RegionNode);
    return output;
  }
  /** A node whose result follows from its operands by the type rule (no shape-giving primitives). */
  apply<N extends LoweredName>(op: N, params: LoweredParams[N], inputs: readonly number[]): number {
    const rule = typeRules[op as PrimitiveName] as unknown as TypeRule<PrimitiveName>;
    const facts = inputs.map((id) => this.#values[id] as { dtype: DType; shape: Shape });
    const { dtype, shape } = rule.infer(params as never, facts, []);
    return this.node(op, params, inputs, dtype, shape as readonly number[]);
  }
  region(...outputs: number[]): Region {
    return {
      values: this.#values,
      inputs: this.#inputs,
      constants: this.#constants,
      nodes: this.#nodes,
      outputs,
      scalarCount: this.#scalars,
    };
  }
}

/** What the slow kernels make of a region. */
export const runReference = (
  region: Region,
  inputs: readonly NDArray[],
  scalars: readonly number[] = [],
): NDArray[] => referenceExecutable(region).run(inputs, scalars) as NDArray[];

/** Lengths 0 to 4, rank 0 to 3; empty ones are rare. */
export const shapeArbitrary = fc.array(
  fc.integer({ min: 0, max: 9 }).map((n) => (n === 0 ? 0 : (n % 4) + 1)),
  { maxLength: 3 },
);

const elementOf = (dtype: DType): fc.Arbitrary<number | bigint> => {
  const kind = kindOf(dtype);
  if (kind === "bool") return fc.integer({ min: 0, max: 1 });
  if (kind === "float") {
    const plain = fc.integer({ min: -40, max: 40 }).map((n) => n / 8);
    return fc.oneof(
      { weight: 12, arbitrary: plain },
      {
        weight: 1,
        arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
      },
    );
  }
  const number = fc.oneof(fc.integer({ min: kind === "uint" ? 0 : -9, max: 9 }), fc.integer());
  return dtype === "int64" || dtype === "uint64" ? fc.oneof(number.map(BigInt), fc.bigInt()) : number;
};

/** An array of a dtype and shape in any layout: row-major, permuted, reversed, with steps and an offset. */
export function arrayArbitrary(
  dtype: DType,
  shape: readonly number[],
  finite = false,
): fc.Arbitrary<NDArray> {
  const element =
    finite && isFloat(dtype) ? fc.integer({ min: -24, max: 24 }).map((n) => n / 8) : elementOf(dtype);
  return layoutArbitrary(dtype, shape, element);
}

/** As `arrayArbitrary`, with elements of one's own. */
export function layoutArbitrary(
  dtype: DType,
  shape: readonly number[],
  element: fc.Arbitrary<number | bigint>,
): fc.Arbitrary<NDArray> {
  const layout = fc.record({
    order: fc.shuffledSubarray(
      shape.map((_, i) => i),
      { minLength: shape.length, maxLength: shape.length },
    ),
    plain: fc.boolean(),
    step: fc.integer({ min: 1, max: 2 }),
    flip: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
    offset: fc.integer({ min: 0, max: 2 }),
  });
  return fc
    .tuple(fc.array(element, { minLength: sizeOf(shape), maxLength: sizeOf(shape) }), layout)
    .map(([elements, l]) => {
      const source = new NDArray({ data: new (arrayClass(dtype))(elements.length), shape, dtype });
      elements.forEach((value, i) => {
        source.set(value, ...unravel(i, shape));
      });
      if (l.plain || sizeOf(shape) === 0) return source;
      const permuted = l.order.map((axis) => shape[axis] as number);
      const base = rowMajorStrides(permuted);
      const strides = new Array<number>(shape.length);
      let offset = l.offset;
      l.order.forEach((axis, i) => {
        const stride = (base[i] as number) * l.step * (l.flip[axis] ? -1 : 1);
        strides[axis] = stride;
        if (stride < 0) offset -= stride * ((shape[axis] as number) - 1);
      });
      const data = new (arrayClass(dtype))(sizeOf(shape) * l.step + l.offset + 2);
      const target = new NDArray({ data, shape, dtype, strides, offset });
      elements.forEach((_, i) => {
        const at = unravel(i, shape);
        target.set(source.get(...at), ...at);
      });
      return target;
    });
}

const arrayClass = (dtype: DType) =>
  new TensorType(dtype, []).filter(0, { allowDowncast: true }).data.constructor as new (
    n: number,
  ) => NDArray["data"];

function unravel(position: number, shape: readonly number[]): number[] {
  return rowMajorStrides(shape).map(
    (stride, axis) => Math.floor(position / Math.max(1, stride)) % (shape[axis] as number),
  );
}

/**
 * Asserts that two arrays agree: exactly for discrete dtypes, within a relative tolerance for floats; NaN equals NaN.
 * With a tolerance of zero, signed zeros are told apart.
 */
export function sameArrays(got: NDArray, expected: NDArray, tolerance = 1e-6): string | undefined {
  if (got.dtype !== expected.dtype) return `dtype ${got.dtype}, expected ${expected.dtype}`;
  if (got.shape.join() !== expected.shape.join()) return `shape [${got.shape}], expected [${expected.shape}]`;
  for (let i = 0; i < sizeOf(expected.shape); i++) {
    const at = unravel(i, expected.shape);
    const [a, b] = [got.get(...at), expected.get(...at)];
    if (Object.is(a, b) || (a === b && tolerance > 0)) continue;
    const near =
      tolerance > 0 &&
      isFloat(got.dtype) &&
      Math.abs((a as number) - (b as number)) <= tolerance * Math.max(1, Math.abs(b as number));
    if (!near) return `element [${at}] is ${a}, expected ${b}`;
  }
  return undefined;
}
