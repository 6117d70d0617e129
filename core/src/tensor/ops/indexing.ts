/** Reading and writing parts of tensors, with NumPy's rules. */
import { BitaleTypeError } from "../../errors.js";
import { isVariable, type Variable } from "../../graph/nodes.js";
import { kindOf } from "../dtype.js";
import { primitive } from "../primitive-op.js";
import { normalizeAxis } from "../shape.js";
import { indexOperand, readSelection, select, writeSelection } from "./advanced-indexing.js";
import { add, lt, where } from "./elementwise.js";
import { lengthScalar } from "./lengths.js";
import {
  asTensor,
  cast,
  type Operand,
  overridden,
  type TensorLike,
  type TensorVariable,
} from "./operands.js";
import { broadcastTo, type Length, lengthOf, lengths, lengthsOf, reshape } from "./shaping.js";
import {
  hasSymbolicStep,
  isSlice,
  type Slice,
  type SteppedSlice,
  type SymbolicSlice,
  slicePositions,
  type Window,
  windowOf,
} from "./slices.js";

/**
 * One entry of an index: a position (drops the axis), a slice, a new axis (null), "..." for the axes between, an
 * integer array, or a bool mask over as many axes as it has.
 */
export type IndexItem = Length | Slice | null | "..." | TensorLike;
type BasicItem = Length | SteppedSlice | null;

/** Whether an entry selects by its elements. */
const isArray = (item: IndexItem): item is TensorLike | Variable => {
  if (item === null || item === "..." || typeof item === "number" || isSlice(item)) return false;
  return !isVariable(item) || asTensor(item).type.ndim > 0 || asTensor(item).type.dtype === "bool";
};

function windows(tensor: TensorVariable, parts: readonly Window[]): TensorVariable {
  const starts = lengths(parts.map((p) => p.start));
  const sizes = lengths(parts.map((p) => p.size));
  const steps = parts.map((p) => p.step);
  return primitive("slice", { starts: starts.spec, sizes: sizes.spec, steps }, [
    tensor,
    ...starts.operands,
    ...sizes.operands,
  ]);
}

/** Axes that an entry takes up. */
function axesOf(item: IndexItem): number {
  if (item === null || item === "...") return 0;
  if (!isArray(item)) return 1;
  const { dtype, ndim } = indexOperand(item as Operand).type;
  return dtype === "bool" ? ndim : 1;
}

function fullIndex(rank: number, items: readonly IndexItem[]): Exclude<IndexItem, "...">[] {
  const used = items.reduce<number>((count, item) => count + axesOf(item), 0);
  const dots = items.filter((item) => item === "...").length;
  if (used > rank || dots > 1) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "index",
      problem:
        dots > 1
          ? 'only one "..." is possible'
          : `${used} entries for ${rank} dimension${rank === 1 ? "" : "s"}`,
    });
  }
  const rest = Array.from({ length: rank - used }, (): Slice => ({}));
  const at = items.indexOf("...");
  const [before, after] = at === -1 ? [items, []] : [items.slice(0, at), items.slice(at + 1)];
  return [...before, ...rest, ...after] as Exclude<IndexItem, "...">[];
}

function position(item: Length, length: Length): Length {
  if (typeof item === "number") {
    if (item >= 0) return item;
    return typeof length === "number" ? item + length : add(length, BigInt(item));
  }
  if (kindOf(asTensor(item).type.dtype) === "uint") return item;
  const at = cast(item, "int64");
  return where(lt(at, 0n), add(at, lengthScalar(length)), at);
}

/** What an index selects: a window, then axes dropped and inserted. */
function plan(tensor: TensorVariable, items: readonly BasicItem[]) {
  const parts: Window[] = [];
  const result: Length[] = [];
  const kept: number[] = [];
  for (const item of items) {
    if (item === null) {
      result.push(1);
      continue;
    }
    const length = lengthOf(tensor, parts.length);
    if (isSlice(item)) {
      const part = windowOf(item, length);
      kept.push(parts.length);
      result.push(part.size);
      parts.push(part);
    } else parts.push({ start: position(item, length), size: 1, step: 1 });
  }
  return { parts, result, kept };
}

const trivial = (parts: readonly Window[], tensor: TensorVariable): boolean =>
  parts.every(
    (p, axis) =>
      p.start === 0 &&
      p.step === 1 &&
      (p.size === tensor.type.shape[axis] || (isVariable(p.size) && p.size.owner?.inputs[0] === tensor)),
  );

/**
 * Part of a tensor: positions drop their axis, slices keep it, null inserts one, "..." stands for the axes between.
 * Slices are clamped as in Python; a position out of range is an INDEX_OUT_OF_BOUNDS error at the call.
 */
export function index(x: Operand, ...items: readonly IndexItem[]): TensorVariable {
  const other = overridden("index", [x, items]);
  if (other !== undefined) return other as TensorVariable;
  const tensor = asTensor(x);
  const full = fullIndex(tensor.type.ndim, items);
  const strided = stridedAxis(tensor, full);
  if (strided !== undefined) {
    const { axis, positions, rest } = strided;
    return index(primitive("take", { axis }, [tensor, positions]), ...rest);
  }
  if (full.some(isArray)) {
    const { basic, entries } = split(full);
    return readSelection(select(index(tensor, ...basic), entries));
  }
  const { parts, result, kept } = plan(tensor, full as BasicItem[]);
  const window = trivial(parts, tensor) ? tensor : windows(tensor, parts);
  return kept.length === parts.length && result.length === parts.length ? window : reshape(window, result);
}

/** The first slice whose step is only known at the call: what it selects, and the index that is left to take. */
function stridedAxis(tensor: TensorVariable, full: readonly Exclude<IndexItem, "...">[]) {
  const place = full.findIndex(hasSymbolicStep);
  if (place === -1) return undefined;
  const axis = full.slice(0, place).reduce<number>((count, item) => count + axesOf(item), 0);
  const positions = slicePositions(full[place] as SymbolicSlice, lengthOf(tensor, axis));
  return { axis, positions, rest: full.map((item, i): IndexItem => (i === place ? {} : item)) };
}

/** `length` entries of one axis from a (symbolic) start on; out of range is an error at the call, not clamped. */
export function narrow(x: Operand, axis: number, start: Length, length: Length): TensorVariable {
  const other = overridden("narrow", [x, axis, start, length]);
  if (other !== undefined) return other as TensorVariable;
  const tensor = asTensor(x);
  const at = normalizeAxis(axis, tensor.type.ndim, "narrow");
  const parts = lengthsOf(tensor).map(
    (size, i): Window => (i === at ? { start, size: length, step: 1 } : { start: 0, size, step: 1 }),
  );
  return windows(tensor, parts);
}

/** Beside arrays positions count as arrays, too: slices and new axes are taken first, then what the arrays select. */
function split(full: readonly Exclude<IndexItem, "...">[]): {
  basic: BasicItem[];
  entries: (TensorVariable | undefined)[];
} {
  const basic: BasicItem[] = [];
  const entries: (TensorVariable | undefined)[] = [];
  for (const item of full) {
    if (item === null || isSlice(item)) {
      basic.push(item as BasicItem);
      entries.push(undefined);
      continue;
    }
    const selected = indexOperand((typeof item === "number" ? BigInt(item) : item) as Operand);
    for (let i = 0; i < axesOf(item); i++) basic.push({});
    entries.push(selected);
  }
  return { basic, entries };
}

/** x with what arrays select set or increased; a part that slices cut out is written back. */
function updateSelected(
  tensor: TensorVariable,
  full: readonly Exclude<IndexItem, "...">[],
  value: Operand,
  mode: "set" | "add",
): TensorVariable {
  const { basic, entries } = split(full);
  const part = index(tensor, ...basic);
  const written = writeSelection(select(part, entries), value, mode);
  return part === tensor ? written : update(tensor, basic, written, "set");
}

function update(
  x: Operand,
  items: readonly IndexItem[],
  value: Operand,
  mode: "set" | "add",
): TensorVariable {
  const tensor = asTensor(x);
  const full = fullIndex(tensor.type.ndim, items);
  const strided = stridedAxis(tensor, full);
  if (strided !== undefined) {
    const { axis, positions, rest } = strided;
    const part = update(primitive("take", { axis }, [tensor, positions]), rest, value, mode);
    return primitive("scatter", { axis, mode: "set" }, [tensor, positions, part]);
  }
  if (full.some(isArray)) return updateSelected(tensor, full, value, mode);
  const { parts, result } = plan(tensor, full as BasicItem[]);
  const starts = lengths(parts.map((p) => p.start));
  const shaped = reshape(
    broadcastTo(cast(value, tensor.type.dtype), result),
    parts.map((p) => p.size),
  );
  const steps = parts.map((p) => p.step);
  return primitive("updateSlice", { starts: starts.spec, steps, mode }, [tensor, shaped, ...starts.operands]);
}

/** x with the part that `index` would read set to a value (broadcast to it). x itself does not change. */
export const setIndex = (x: Operand, items: readonly IndexItem[], value: Operand): TensorVariable =>
  update(x, items, value, "set");
/** x with the part that `index` would read increased by a value. */
export const addIndex = (x: Operand, items: readonly IndexItem[], value: Operand): TensorVariable =>
  update(x, items, value, "add");
