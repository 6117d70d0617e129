/** Small regions for the tests of what runs them. */
import { Op, type Variable } from "../../core/dist/graph/nodes.js";
import type { Type } from "../../core/dist/graph/type.js";
import type { Region, RegionNode } from "../../core/dist/plugin/region.js";
import type { NDArray } from "../../core/dist/tensor/ndarray.js";
import { TensorType } from "../../core/dist/tensor/tensor-type.js";
import { array } from "../tensor/reference/arrays.js";

/** A region of float64 vectors of length 2. */
export function region(parts: {
  readonly inputs?: readonly number[];
  readonly constants?: ReadonlyMap<number, NDArray>;
  readonly nodes: readonly RegionNode[];
  readonly outputs: readonly number[];
  readonly scalarCount?: number;
}): Region {
  const ids = parts.nodes.flatMap((node) => (node.op === "custom" ? node.outputs : [node.output]));
  const count = Math.max(-1, ...(parts.inputs ?? []), ...(parts.constants?.keys() ?? []), ...ids) + 1;
  const type = new TensorType("float64", [2]);
  const values = Array.from({ length: count }, (_, id) => ({
    id,
    type,
    dtype: "float64" as const,
    shape: [2],
  }));
  return { inputs: [], constants: new Map(), scalarCount: 0, values, ...parts };
}

export const vector = (...elements: number[]) => array("float64", [2], elements);
export const node = (
  op: "add" | "mul" | "neg" | "exp",
  inputs: readonly number[],
  output: number,
): RegionNode => ({
  op,
  params: {},
  inputs,
  output,
});

/** An op of a plugin: sum and difference of its operands, each plus the sum of its numbers. */
export class SumAndDifference extends Op {
  override readonly name = "sumAndDifference";
  override infer(inputs: readonly Variable[]): readonly Type[] {
    return [inputs[0]!.type, inputs[0]!.type];
  }
  override key(): string {
    return this.name;
  }
  override perform(inputs: readonly unknown[], scalars: readonly number[]): readonly unknown[] {
    const [x, y] = inputs as [NDArray, NDArray];
    const more = scalars.reduce((a, b) => a + b, 0);
    const both = (f: (a: number, b: number) => number) =>
      vector(...[0, 1].map((i) => f(Number(x.get(i)), Number(y.get(i))) + more));
    return [both((a, b) => a + b), both((a, b) => a - b)];
  }
}
