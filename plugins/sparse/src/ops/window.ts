/** Rows or columns of a sparse matrix, with bounds that are known late. */
import {
  type Apply,
  BitaleRangeError,
  type Dim,
  type DimSpec,
  isFloat,
  isInteger,
  isTensorType,
  type Variable,
} from "@bitale/core";
import type { SparseMatrix } from "../formats/matrix.js";
import { narrowLines, placeLines } from "../kernels/lines.js";
import {
  badOperand,
  type MatrixShape,
  type SparseTypeLike,
  type SparseVariable,
  sparseOperand,
} from "./operand.js";
import { SparseOp } from "./sparse-op.js";

const withLength = <D extends Dim>(shape: readonly [D, D], axis: 0 | 1, length: D): readonly [D, D] =>
  axis === 0 ? [length, shape[1]] : [shape[0], length];

/** Which lines: each bound a number, a trailing 0-d integer operand ("dynamic"), or left out (null, of slices only). */
export interface Bounds {
  readonly axis: 0 | 1;
  /** "narrow": from `first`, `second` lines, which must exist. "slice": Python's `first:second`, clamped. */
  readonly kind: "narrow" | "slice";
  readonly first: DimSpec | null;
  readonly second: DimSpec | null;
}

interface Window {
  readonly start: number;
  readonly length: number;
}

/** @throws BitaleRangeError INDEX_OUT_OF_BOUNDS */
function checkWindow(op: string, { start, length }: Window, axis: 0 | 1, total: number): void {
  if (start >= 0 && length >= 0 && start + length <= total) return;
  throw new BitaleRangeError("INDEX_OUT_OF_BOUNDS", {
    subject: op,
    problem: `${length} lines from ${start} on leave axis ${axis} of length ${total}`,
    cure: "start must not be negative, and start + length not more than the axis is long",
  });
}

/** Python's rule for one bound of a slice. */
const clamp = (bound: number, total: number): number =>
  Math.min(Math.max(bound < 0 ? bound + total : bound, 0), total);

/** The window in an axis of `total` lines. @param late values of the dynamic bounds */
function windowOf(op: string, bounds: Bounds, late: readonly number[], total: number): Window {
  const rest = [...late];
  const [first, second] = [bounds.first, bounds.second].map((b) =>
    b === "dynamic" ? (rest.shift() as number) : b,
  );
  if (bounds.kind === "slice") {
    const start = clamp(first ?? 0, total);
    return { start, length: Math.max(0, clamp(second ?? total, total) - start) };
  }
  const window = { start: first ?? 0, length: second ?? total };
  checkWindow(op, window, bounds.axis, total);
  return window;
}

const isLate = (bound: DimSpec | null): boolean => bound === "dynamic";
const lateCount = ({ first, second }: Bounds): number => [first, second].filter(isLate).length;

/** Both bounds of a slice decide its length; of a narrow only the second. */
function hostOperands({ kind, first, second }: Bounds, before: number) {
  const places = { shape: [] as number[], value: [] as number[] };
  let next = before;
  if (isLate(first)) places[kind === "slice" ? "shape" : "value"].push(next++);
  if (isLate(second)) places.shape.push(next);
  return places;
}

const boundsText = ({ axis, kind, first, second }: Bounds): string =>
  `axis=${axis}, ${kind === "slice" ? `${first ?? ""}:${second ?? ""}` : `start=${first}, length=${second}`}`;

function checkHostOperands(op: string, inputs: readonly Variable[], count: number): void {
  const fits = inputs.every(({ type }) => isTensorType(type) && type.ndim === 0 && isInteger(type.dtype));
  if (!fits || inputs.length !== count)
    badOperand(op, "starts, stops and lengths must be integer scalars", inputs);
}

/** (sparse [m, n], ...bounds) some rows (axis 0) or columns (axis 1), in the same format. */
export class SparseWindow extends SparseOp {
  override readonly name: "sparseNarrow" | "sparseSlice";
  readonly bounds: Bounds;
  constructor(bounds: Bounds) {
    super();
    this.name = bounds.kind === "narrow" ? "sparseNarrow" : "sparseSlice";
    this.bounds = bounds;
  }
  override toString(): string {
    return `${this.name}{${boundsText(this.bounds)}}`;
  }
  override hostOperands(): { readonly shape: readonly number[]; readonly value: readonly number[] } {
    return hostOperands(this.bounds, 1);
  }
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const type = sparseOperand(this, inputs, 0);
    const { axis, kind, first, second } = this.bounds;
    checkHostOperands(this.name, inputs.slice(1), lateCount(this.bounds));
    const total = type.shape[axis];
    let length: Dim = kind === "narrow" && typeof second === "number" ? second : null;
    if (total !== null && !isLate(second) && (kind === "narrow" || !isLate(first))) {
      length = windowOf(this.name, { ...this.bounds, first: isLate(first) ? 0 : first }, [], total).length;
    }
    return [type.like({ shape: withLength(type.shape as MatrixShape, axis, length) })];
  }
  override outputShapes(inputShapes: readonly (readonly number[])[], lengths: readonly number[]) {
    const matrix = inputShapes[0] as unknown as readonly [number, number];
    const { axis, kind, first } = this.bounds;
    // The start of a narrow may not be known yet: it does not decide the length.
    const known = kind === "narrow" && isLate(first) ? { ...this.bounds, first: 0 } : this.bounds;
    return [withLength(matrix, axis, windowOf(this.name, known, lengths, matrix[axis]).length)];
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const [matrix, ...late] = inputs as [SparseVariable, ...Variable[]];
    const back =
      g && isFloat(matrix.type.dtype)
        ? new SparsePlace(this.bounds).apply([g, matrix, ...late]).output
        : undefined;
    return inputs.map((_, i) => (i === 0 ? back : undefined));
  }
  override perform([matrix]: readonly [SparseMatrix], scalars: readonly number[]): readonly SparseMatrix[] {
    const { axis } = this.bounds;
    const { start, length } = windowOf(this.name, this.bounds, scalars, matrix.shape[axis]);
    return [narrowLines(matrix, axis, start, length)];
  }
}

/**
 * (sparse window, like [m, n], ...bounds) a matrix of the shape of `like`, empty but for the window: the gradient of
 * SparseWindow. Its pattern is the part of the operand's pattern that was read.
 */
class SparsePlace extends SparseOp {
  override readonly name = "sparsePlace";
  readonly bounds: Bounds;
  constructor(bounds: Bounds) {
    super();
    this.bounds = bounds;
  }
  override toString(): string {
    return `${this.name}{${boundsText(this.bounds)}}`;
  }
  /** No bound decides a length here. */
  override hostOperands(): { readonly shape: readonly number[]; readonly value: readonly number[] } {
    const { shape, value } = hostOperands(this.bounds, 2);
    return { shape: [], value: [...value, ...shape] };
  }
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const [window, like] = [sparseOperand(this, inputs, 0), sparseOperand(this, inputs, 1)];
    checkHostOperands(this.name, inputs.slice(2), lateCount(this.bounds));
    return [window.like({ shape: like.shape })];
  }
  override outputShapes([, like]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [like as readonly number[]];
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const back = g && new SparseWindow(this.bounds).apply([g, ...inputs.slice(2)]).output;
    return inputs.map((_, i) => (i === 0 ? back : undefined));
  }
  override perform(
    inputs: readonly [SparseMatrix, SparseMatrix],
    scalars: readonly number[],
  ): readonly SparseMatrix[] {
    const [window, like] = inputs;
    const { axis } = this.bounds;
    const total = like.shape[axis];
    return [placeLines(window, axis, windowOf(this.name, this.bounds, scalars, total).start, total)];
  }
}
