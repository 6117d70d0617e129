/** Entries of an index: positions, slices, new axes, arrays, masks. */
import { type IndexItem, slice, type Variable } from "@bitale/core";
import { arrayOf } from "./arrays.js";
import type { Expression } from "./case-file.js";
import { NotImplemented } from "./outcome.js";

/** How expressions inside an index become numbers and variables. */
export interface IndexScope {
  length(expression: Expression): number | Variable;
  variable(expression: Expression): Variable;
}

/** An index of the language as the arguments of `index`, `setIndex` and `addIndex`. */
export const indexItems = (items: unknown, scope: IndexScope): IndexItem[] =>
  (items as unknown[]).map((item) => indexItem(item, scope) as IndexItem);

function indexItem(item: unknown, scope: IndexScope): unknown {
  if (item === "newaxis") return null;
  if (typeof item === "number" || item === "...") return item;
  const fields = item as { slice?: Expression[]; array?: unknown[]; dtype?: string; expr?: Expression };
  const stray = Object.keys(fields).find((name) => !["slice", "array", "dtype", "expr"].includes(name));
  if (stray !== undefined) throw new NotImplemented(`index ${JSON.stringify(item)}`);
  if (fields.slice !== undefined) {
    const [start, stop, step] = fields.slice.map((bound) => (bound === null ? null : scope.length(bound)));
    return slice(start, stop, (step ?? undefined) as number | undefined);
  }
  if (fields.array !== undefined) return arrayItem(fields.array, fields.dtype);
  if (fields.expr !== undefined) return scope.variable(fields.expr);
  throw new NotImplemented(`index ${JSON.stringify(item)}`);
}

/** A nested list of integers or booleans as an array of its own. */
function arrayItem(list: readonly unknown[], dtype: string | undefined): unknown {
  const shape: number[] = [];
  for (let level: unknown = list; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat = (list as unknown[]).flat(Number.POSITIVE_INFINITY);
  return arrayOf(flat, shape, dtype ?? (typeof flat[0] === "boolean" ? "bool" : "int64"));
}
