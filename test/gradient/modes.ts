/** The ways to take derivatives, compared with each other. */
import * as b from "@bitale/core";
import { expect } from "vitest";
import { type Build, runtime, symbols, weighed } from "./numeric.js";

const lenient = { disconnectedInputs: "ignore" } as const;
const unused = { onUnusedInput: "ignore" } as const;

function expectClose(actual: b.NDArray, expected: b.NDArray, relative: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, e] = [[...actual.flat()].map(Number), [...expected.flat()].map(Number)];
  const size = Math.max(1, ...e.filter(Number.isFinite).map(Math.abs));
  e.forEach((value, i) => {
    if (Object.is(a[i], value)) return;
    expect(Math.abs((a[i] as number) - value)).toBeLessThanOrEqual(relative * size);
  });
}

/** Fixed numbers in the shape of a tensor. */
const direction = (x: b.TensorVariable): b.TensorVariable =>
  b.reshape(b.cos(b.iota(b.size(x)).astype("float64").mul(2)), [
    ...Array.from({ length: x.type.ndim }, (_, i) => b.shapeOf(x).index(i)),
  ]);
const inner = (x: b.TensorVariable, y: b.TensorVariable): b.TensorVariable => b.sum(x.mul(y));

/** wᵀJ by lop, Jv by rop, and the Jacobian itself give the same numbers. */
export function checkProducts(build: Build, values: readonly b.NDArray[]): void {
  runtime.scope(() => {
    const inputs = symbols(values);
    const y = build(...inputs);
    const w = direction(y);
    const left = b.lop(y, inputs, w, lenient);
    const vectors = inputs.map(direction);
    const right = b.rop(y, inputs, vectors, lenient);
    const jacobians = b.jacobian(y, inputs, lenient);
    const axes = Array.from({ length: y.type.ndim }, (_, i) => i);
    const rows = jacobians.map((J) => b.tensorDot(w, J, [axes, axes]));
    const plain = inputs.map((x) => b.grad(inner(y, w), x, { ...lenient, considerConstant: [w] }));
    const crossed = vectors.map((v, i) => inner(left[i] as b.TensorVariable, v)).reduce((s, t) => s.add(t));
    const outputs = [...left, inner(right, w), crossed, ...rows, ...plain];
    const results = runtime.compile(inputs, outputs, unused)(...values) as b.NDArray[];
    const count = inputs.length;
    expectClose(results[count] as b.NDArray, results[count + 1] as b.NDArray, 1e-10);
    values.forEach((_, i) => {
      expectClose(results[i] as b.NDArray, results[count + 2 + count + i] as b.NDArray, 1e-10);
      expectClose(results[count + 2 + i] as b.NDArray, results[i] as b.NDArray, 1e-10);
    });
  });
}

/** Ops that need the values of single entries cannot run on a batch: lengths and positions that come from data. */
const unbatchable = ["nonzero"];

/**
 * The rows of a Jacobian are computed as a batch, and here the function itself stands in them: the gradient that
 * arrives at an operand is what the function makes of it.
 */
export function checkBatches(build: Build, values: readonly b.NDArray[], name: string): void {
  if (unbatchable.includes(name)) return;
  runtime.scope(() => {
    values.forEach((value, i) => {
      const inputs = symbols(values);
      const x = inputs[i] as b.TensorVariable;
      const along = (g: b.TensorVariable): b.TensorVariable =>
        b.mul(
          weighed(build(...inputs.map((other, j) => (j === i ? g.mul(0.37).add(x) : other)))),
          b.onesLike(x),
        );
      const J = b.jacobian(b.mapGrad(x, along), x);
      const g = b.tensor("g", { dtype: "float64", shape: value.shape.map(() => null) });
      const one = runtime.compile([...inputs, g], along(g), unused);
      const all = runtime.compile(inputs, b.reshape(J, [value.size, ...value.shape]), unused)(...values);
      for (let row = 0; row < value.size; row++) {
        const unit = b.emptyNDArray(value.shape, "float64");
        unit.data[row] = 1;
        const expected = one(...values, unit) as b.NDArray;
        const at = all.flat().slice(row * value.size, (row + 1) * value.size);
        expectClose(new b.NDArray({ data: at, shape: value.shape, dtype: "float64" }), expected, 1e-10);
      }
    });
  });
}

/** float32 gives float32 gradients near those of float64; integers are as if cast, with gradients in floatX. */
export function checkDTypes(build: Build, values: readonly b.NDArray[]): void {
  const gradients = (dtype: b.DType, cost: Build, of = values): [b.DType, b.NDArray[]] =>
    runtime.scope(() => {
      const inputs = symbols(of, dtype);
      const y = cost(...inputs);
      const slopes = b.grad(weighed(y), inputs, lenient);
      const f = runtime.compile(inputs, slopes, { onUnusedInput: "ignore", allowInputDowncast: true });
      return [y.type.dtype, f(...of.map((value) => b.castNDArray(value, dtype))) as b.NDArray[]];
    });
  const at =
    (dtype: b.DType): Build =>
    (...x) =>
      build(...x.map((v) => v.astype(dtype).astype("float64")));
  const [dtype, single] = gradients("float32", build);
  const [, exact] = gradients("float64", at("float32"));
  single.forEach((g, i) => {
    // A variable that only entered promoted gets a gradient in the wider dtype, as in Aesara.
    if (dtype === "float32") expect(g.dtype).toBe("float32");
    expectClose(g, exact[i] as b.NDArray, 1e-3);
  });
  const whole = values.map((value) => b.castNDArray(b.castNDArray(value, "int64"), "float64"));
  const moved: Build = (...x) => build(...x.map((v) => v.astype("float64").add(1.37)));
  const [, discrete] = gradients("int64", moved, whole);
  const [, smooth] = gradients("float64", moved, whole);
  discrete.forEach((g, i) => {
    expect(g.dtype).toBe("float64");
    expectClose(g, smooth[i] as b.NDArray, 1e-12);
  });
}
