/** The values of a group of loops over rows: where they are made and read, and which loops go along a row together. */
import { resultsOf, type View } from "@bitale/core";
import { placeKey, type RowGroup, type RowRole, type RowWalk, roleOf, walkOver } from "./row-group.js";
import type { RowPart, RowPass } from "./vector/row-structure.js";

/** A value with the passes in which it is made and read last, by their place. */
export interface Traced {
  readonly view: View;
  readonly walk: RowWalk;
  /** Undefined: it is there already. */
  readonly made: number | undefined;
  readonly lastRead: number;
}

/**
 * Passes over a row: a loop joins the one before it, unless it waits for something that is reduced there. Values in the
 * order of their places in the parts.
 */
export function traceRows({ rows, parts }: RowGroup): {
  readonly values: readonly Traced[];
  readonly passes: readonly RowPass[];
} {
  const values: (Traced & { lastRead: number })[] = [];
  const places = new Map<string, number>();
  const passes: { readonly once: boolean; readonly parts: RowPart[] }[] = [];
  let reduced = new Set<number>();
  for (const part of parts) {
    const role = roleOf(part, rows) as RowRole;
    const place = (view: View, made?: number): number => {
      const walk = walkOver(view, part, rows, role) as RowWalk;
      const key = placeKey(view.slot, view, walk);
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, values.length);
      return values.push({ view, walk, made, lastRead: -1 }) - 1;
    };
    const leaves = part.leaves.map((leaf) => place(leaf));
    const latest = passes.at(-1);
    const joins = role !== "once" && latest?.once === false && !leaves.some((leaf) => reduced.has(leaf));
    const pass = joins ? latest : { once: role === "once", parts: [] };
    if (!joins) {
      passes.push(pass);
      reduced = new Set();
    }
    const now = passes.length - 1;
    const results = resultsOf(part).map(({ expression, out }) => ({ expression, value: place(out, now) }));
    for (const leaf of leaves) (values[leaf] as { lastRead: number }).lastRead = now;
    if (role === "reduce") reduced.add(results[0]?.value as number);
    pass.parts.push({ reduction: part.reduction?.name, results, leaves });
  }
  return { values, passes };
}
