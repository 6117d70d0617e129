/** Loops over the same rows, one behind the other, that may run together: each row goes through all of them at once. */
import { broadcastView, type LoopStep, resultsOf, sizeOf, type View } from "@bitale/core";

/** What a loop does with a row: it maps its elements, reduces them to one, or maps what is there once for a row. */
export type RowRole = "map" | "reduce" | "once";

/** The rows that loops have in common: the last axes of a shape, those over which they are reduced. */
export interface Rows {
  readonly shape: readonly number[];
  /** How many axes stand in front of the row. */
  readonly kept: number;
}

/** How a view moves from row to row, and along a row: by one element, or not at all. */
export interface RowWalk {
  readonly kept: readonly number[];
  readonly along: 0 | 1;
}

const sameLengths = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** The rows of a reduction over the last axes; undefined where it is another, or rows have one element. */
export function rowsOf({ shape, reduction }: LoopStep): Rows | undefined {
  if (reduction === undefined || reduction.axes.length === 0) return undefined;
  const kept = shape.length - reduction.axes.length;
  const rows = { shape, kept };
  return reduction.axes.every((axis) => axis >= kept) && rowLength(rows) > 1 ? rows : undefined;
}

export const rowLength = ({ shape, kept }: Rows): number => sizeOf(shape.slice(kept));

/** Undefined where a loop does something else. */
export function roleOf(step: LoopStep, rows: Rows): RowRole | undefined {
  const { shape, reduction } = step;
  if (reduction !== undefined) {
    const own = rowsOf(step);
    return own !== undefined && own.kept === rows.kept && sameLengths(shape, rows.shape)
      ? "reduce"
      : undefined;
  }
  if (sameLengths(shape, rows.shape)) return "map";
  const once = shape.slice(rows.kept).every((length) => length === 1);
  return once && sameLengths(shape.slice(0, rows.kept), rows.shape.slice(0, rows.kept)) ? "once" : undefined;
}

/** How a view is walked by a loop; undefined where that is not from row to row, and along a row by one element. */
export function walkOver(view: View, step: LoopStep, rows: Rows, role: RowRole): RowWalk | undefined {
  const { kept, shape } = rows;
  const isResult = view === step.out;
  const { strides } = role === "reduce" && isResult ? view : broadcastView(view, step.shape);
  const walk = strides.slice(0, kept).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
  if (role === "once" || (role === "reduce" && isResult)) return { kept: walk, along: 0 };
  let [along, length] = [0, 1];
  for (let axis = shape.length - 1; axis >= kept; axis--) {
    if (shape[axis] === 1) continue;
    const stride = strides[axis] as number;
    if (length === 1) along = stride;
    else if (stride !== along * length) return undefined;
    length *= shape[axis] as number;
  }
  return along === 0 || along === 1 ? { kept: walk, along } : undefined;
}

/** Equal for views that are the same memory at every place. */
export const placeKey = (memory: number, { offset, terms }: View, { kept, along }: RowWalk): string =>
  `${memory}+${offset}${terms.map(({ scalar, times }) => `+${scalar}*${times}`).join("")} ${kept.join()} ${along}`;

const viewsOf = (step: LoopStep): readonly View[] => [
  ...resultsOf(step).map(({ out }) => out),
  ...step.leaves,
];

/** Loops that run together. */
export interface RowGroup {
  readonly rows: Rows;
  readonly parts: readonly LoopStep[];
}

/** Loops of one group, which bounds the code that is made for it. */
const mostParts = 16;

/**
 * A group under construction: loops are added in order as long as they fit. What one of them writes, others may touch
 * only at the same places of the same row.
 */
export class RowGrouping {
  readonly #memory: (slot: number) => number;
  readonly #isTooMuch: (group: RowGroup) => boolean;
  #parts: LoopStep[] = [];
  #rows: Rows | undefined;

  /**
   * @param memory the same number for slots that stand on the same memory
   * @param isTooMuch whether loops that fit together had better not be one
   */
  constructor(memory: (slot: number) => number, isTooMuch: (group: RowGroup) => boolean) {
    this.#memory = memory;
    this.#isTooMuch = isTooMuch;
  }

  /** Adds a loop; false where it does not belong to those that are there. */
  add(step: LoopStep): boolean {
    if (this.#parts.length === mostParts) return false;
    const parts = [...this.#parts, step];
    const rows = this.#rows ?? rowsOf(step);
    if (this.#parts.length > 0 && !this.#touches(step)) return false;
    if (rows === undefined) {
      if (step.reduction !== undefined || !sameLengths(step.shape, parts[0]?.shape ?? [])) return false;
    } else if (!this.#fits(parts, rows) || this.#isTooMuch({ rows, parts })) return false;
    this.#parts = parts;
    this.#rows = rows;
    return true;
  }

  /** The group so far, without what comes once for each row at its end; undefined where nothing is gained by it. */
  take(): { readonly group: RowGroup | undefined; readonly rest: readonly LoopStep[] } {
    const [parts, rows] = [this.#parts, this.#rows];
    this.#parts = [];
    this.#rows = undefined;
    if (rows === undefined) return { group: undefined, rest: parts };
    let end = parts.length;
    while (end > 0 && roleOf(parts[end - 1] as LoopStep, rows) === "once") end--;
    return end < 2
      ? { group: undefined, rest: parts }
      : { group: { rows, parts: parts.slice(0, end) }, rest: parts.slice(end) };
  }

  /** Whether a loop has memory in common with those that are there. */
  #touches(step: LoopStep): boolean {
    const known = new Set(this.#parts.flatMap(viewsOf).map(({ slot }) => this.#memory(slot)));
    return viewsOf(step).some(({ slot }) => known.has(this.#memory(slot)));
  }

  #fits(parts: readonly LoopStep[], rows: Rows): boolean {
    const written = new Set(
      parts.flatMap((part) => resultsOf(part).map(({ out }) => this.#memory(out.slot))),
    );
    const places = new Map<number, string>();
    for (const part of parts) {
      const role = roleOf(part, rows);
      if (role === undefined) return false;
      for (const view of viewsOf(part)) {
        const walk = walkOver(view, part, rows, role);
        if (walk === undefined) return false;
        const memory = this.#memory(view.slot);
        if (!written.has(memory)) continue;
        const key = placeKey(memory, view, walk);
        if (!isRowMajor(walk, rows) || (places.get(memory) ?? key) !== key) return false;
        places.set(memory, key);
      }
    }
    return true;
  }
}

/** Whether rows (or what is there once for each) lie one behind the other. */
function isRowMajor({ kept, along }: RowWalk, { shape, kept: axes }: Rows): boolean {
  let step = along === 0 ? 1 : sizeOf(shape.slice(axes));
  for (let axis = axes - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && kept[axis] !== step) return false;
    step *= shape[axis] as number;
  }
  return true;
}
