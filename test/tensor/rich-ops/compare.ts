/** One example on two runtimes: the reference kernels, and a backend with operands in all kinds of storage. */
import * as b from "@bitale/core";
import { plainRuntime } from "../../plain-runtime.js";
import { sameArrays } from "../../region-builder.js";
import type { Example, Result } from "./given.js";

const reference = plainRuntime();

/** Where an operand stands on the backend. */
export type Place = "argument" | "argument of known shape" | "shared, borrowed";
export const placesOf: readonly Place[] = ["argument", "argument of known shape", "shared, borrowed"];

const listed = (result: Result): readonly b.TensorVariable[] =>
  Array.isArray(result) ? result : [result as b.TensorVariable];

const tolerances: { readonly [D in b.DType]?: number } = { float16: 4e-3, float32: 2e-5, float64: 1e-9 };

function expectedOf({ values, build }: Example): b.NDArray[] {
  return reference.scope(() => {
    const symbols = values.map((v) =>
      b.tensor(undefined, { dtype: v.dtype, shape: v.shape.map(() => null) }),
    );
    const f = reference.compile(symbols, [...listed(build(...symbols))], { onUnusedInput: "ignore" });
    return f(...values) as b.NDArray[];
  });
}

/** @returns what differs, or undefined */
export async function difference(
  runtime: b.Runtime,
  example: Example,
  places: readonly Place[],
  scale = 1,
): Promise<string | undefined> {
  const expected = expectedOf(example);
  const { values, build } = example;
  const got = await runtime.scope(() => {
    const operands = values.map((value, i) => {
      const place = places[i % places.length] as Place;
      if (place === "shared, borrowed") return runtime.shared(value, { borrow: true }) as b.SharedVariable;
      const shape = place === "argument" ? value.shape.map(() => null) : value.shape;
      return b.tensor(`x${i}`, { dtype: value.dtype, shape });
    }) as b.TensorVariable[];
    const symbols = operands.filter((operand) => !b.isSharedVariable(operand));
    const given = values.filter((_, i) => symbols.includes(operands[i] as b.TensorVariable));
    const f = runtime.compile(symbols, [...listed(build(...operands))], { onUnusedInput: "ignore" });
    return f.async(...given) as Promise<b.NDArray[]>;
  });
  // A result may be wider than what was computed on the way.
  const computed = Math.max(0, ...values.map(({ dtype }) => tolerances[dtype] ?? 0));
  for (const [i, array] of expected.entries()) {
    const tolerance = Math.max(computed, tolerances[array.dtype] ?? 0) * scale;
    const text = sameArrays(got[i] as b.NDArray, array, tolerance);
    if (text !== undefined) return `result ${i}: ${text}`;
  }
  return undefined;
}
