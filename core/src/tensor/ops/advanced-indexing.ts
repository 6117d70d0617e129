/** Indexing by integer arrays and bool masks, with NumPy's rules; basic entries are handled by `indexing.ts`. */
import { BitaleTypeError } from "../../errors.js";
import { isVariable } from "../../graph/nodes.js";
import { isFloat } from "../dtype.js";
import { primitive } from "../primitive-op.js";
import { add, and, ge, lt, mul, where } from "./elementwise.js";
import { flatNonzero } from "./flat-nonzero.js";
import { outOfRange } from "./gathering.js";
import { lengthScalar } from "./lengths.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { broadcastTo, type Length, lengthOf, lengthsOf, productOf, reshape, transpose } from "./shaping.js";

/** One integer index for one axis; all of one call broadcast together. */
interface AxisIndex {
  readonly axis: number;
  readonly index: TensorVariable;
}

/** x with the indexed axes joined into one, and where in it the selected entries lie. */
export interface Selection {
  /** The joined axis stands at `axis`; the axes around it are those that are not indexed. */
  readonly joined: TensorVariable;
  readonly axis: number;
  /** int64 positions on the joined axis, in the shape that the indices broadcast to. */
  readonly positions: TensorVariable;
  /** Puts a tensor of the shape of `joined` back into the shape and axis order of x. */
  readonly restore: (joined: TensorVariable) => TensorVariable;
}

/** An integer array or a mask as an operand of the graph. @throws BitaleTypeError BAD_OPERAND */
export function indexOperand(value: Operand): TensorVariable {
  const tensor = asTensor(value);
  const { dtype } = tensor.type;
  if (!isFloat(dtype)) return tensor;
  if (!isVariable(value)) return cast(tensor, "int64");
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: "index",
    problem: "indices must be integers or bool",
    got: dtype,
  });
}

/**
 * What integer arrays and masks select.
 * @param entries for each axis an index, a mask (it covers as many axes as it has), or undefined for a whole axis
 */
export function select(x: TensorVariable, entries: readonly (TensorVariable | undefined)[]): Selection {
  const { tensor, indices, unmask } = withoutMasks(x, entries);
  const axes = indices.map(({ axis }) => axis);
  const rest = tensor.type.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const adjacent = axes.every((axis, i) => i === 0 || axis === (axes[i - 1] as number) + 1);
  const at = adjacent ? (axes[0] as number) : 0;
  const order = [...rest.slice(0, at), ...axes, ...rest.slice(at)];
  const moved = transpose(tensor, order);
  const lengths = lengthsOf(moved);
  const covered = lengths.slice(at, at + axes.length);
  const joined = reshape(moved, [
    ...lengths.slice(0, at),
    productOf(covered),
    ...lengths.slice(at + axes.length),
  ]);
  const back = order.map((_, axis) => order.indexOf(axis));
  return {
    joined,
    axis: at,
    positions: linear(
      indices.map(({ index }) => index),
      covered,
    ),
    restore: (result) => unmask(transpose(reshape(result, lengths), back)),
  };
}

/** Masks become integer indices on the axes that they cover, joined. */
function withoutMasks(x: TensorVariable, entries: readonly (TensorVariable | undefined)[]) {
  const shape: Length[] = [];
  const indices: AxisIndex[] = [];
  let axis = 0;
  for (const entry of entries) {
    if (entry === undefined) shape.push(lengthOf(x, axis++));
    else if (entry.type.dtype === "bool") {
      const covered = Array.from({ length: entry.type.ndim }, (_, i) => lengthOf(x, axis + i));
      axis += entry.type.ndim;
      indices.push({ axis: shape.length, index: flatNonzero(entry) });
      shape.push(productOf(covered));
    } else {
      indices.push({ axis: shape.length, index: entry });
      shape.push(lengthOf(x, axis++));
    }
  }
  while (axis < x.type.ndim) shape.push(lengthOf(x, axis++));
  const masked = shape.length !== x.type.ndim;
  const lengths = lengthsOf(x);
  return {
    tensor: masked ? reshape(x, shape) : x,
    indices,
    unmask: (result: TensorVariable): TensorVariable => (masked ? reshape(result, lengths) : result),
  };
}

/** Row-major positions of index tuples; a tuple that is out of range anywhere becomes a position that take refuses. */
function linear(indices: readonly TensorVariable[], lengths: readonly Length[]): TensorVariable {
  let positions: TensorVariable | undefined;
  let valid: TensorVariable | undefined;
  if (indices.length === 1) return cast(indices[0] as TensorVariable, "int64");
  indices.forEach((index, i) => {
    const length = lengthScalar(lengths[i] as Length);
    const raw = cast(index, "int64");
    const wrapped = where(lt(raw, 0n), add(raw, length), raw);
    const inside = and(ge(wrapped, 0n), lt(wrapped, length));
    positions = positions === undefined ? wrapped : add(mul(positions, length), wrapped);
    valid = valid === undefined ? inside : and(valid, inside);
  });
  return where(valid as TensorVariable, positions as TensorVariable, outOfRange);
}

/** What the selection reads. */
export const readSelection = ({ joined, axis, positions }: Selection): TensorVariable =>
  primitive("take", { axis }, [joined, positions]);

/** x with what the selection reads set to a value, or increased by it (an entry that is selected twice, twice). */
export function writeSelection(selection: Selection, value: Operand, mode: "set" | "add"): TensorVariable {
  const { joined, axis, positions, restore } = selection;
  const read = readSelection(selection);
  const wide = broadcastTo(cast(value, joined.type.dtype), lengthsOf(read));
  return restore(primitive("scatter", { axis, mode }, [joined, positions, wide]));
}
