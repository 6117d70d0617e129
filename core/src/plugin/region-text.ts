import { shapeText } from "../tensor/shape.js";
import { nodeName } from "./kernel-failure.js";
import type { Region, RegionNode } from "./region.js";

/**
 * A region as text, one node a line: what a backend author prints while writing a compiler.
 *
 * @example
 * ```ts
 * import { regionText, TensorType, type Region } from "@bitale/core";
 * const type = new TensorType("float32", [2]);
 * const value = (id: number) => ({ id, type, dtype: type.dtype, shape: [2] });
 * const region: Region = {
 *   values: [value(0), value(1)],
 *   inputs: [0],
 *   constants: new Map(),
 *   nodes: [{ op: "exp", params: {}, inputs: [0], output: 1 }],
 *   outputs: [1],
 *   scalarCount: 0,
 * };
 * console.log(regionText(region));
 * // region(%0: float32 [2])
 * //   %1: float32 [2] = exp(%0)
 * //   return %1
 * ```
 */
export function regionText(region: Region): string {
  const value = (id: number): string => {
    const known = region.values[id];
    return known === undefined ? `%${id}` : `%${id}: ${known.dtype} ${shapeText(known.shape)}`;
  };
  const names = (ids: readonly number[]): string => ids.map((id) => `%${id}`).join(", ");
  const scalars = Array.from({ length: region.scalarCount }, (_, i) => `$${i}`);
  const node = (one: RegionNode): string => {
    const outputs = one.op === "custom" ? one.outputs : [one.output];
    const params =
      one.op === "custom" ? one.scalars.map((place) => `, $${place}`).join("") : paramsText(one.params);
    const call =
      one.op === "custom"
        ? `${nodeName(one)}(${names(one.inputs)}${params})`
        : `${one.op}${params}(${names(one.inputs)})`;
    return `  ${outputs.map(value).join(", ")} = ${call}`;
  };
  return [
    `region(${[...region.inputs.map(value), ...scalars].join(", ")})`,
    ...[...region.constants].map(([id, { size, data, offset }]) => {
      return `  ${value(id)} = ${size === 1 ? String(data[offset]) : `constant of ${size} elements`}`;
    }),
    ...region.nodes.map(node),
    `  return ${names(region.outputs)}`,
  ].join("\n");
}

/** `{axes=[0]}`; a start that is a number of the call is `$0`. */
function paramsText(params: object): string {
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
    if (typeof value === "object" && value !== null) return `$${(value as { scalar: number }).scalar}`;
    return String(value);
  };
  const entries = Object.entries(params);
  return entries.length === 0 ? "" : `{${entries.map(([key, value]) => `${key}=${text(value)}`).join(", ")}}`;
}
