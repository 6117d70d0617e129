/** Products of tensors whose axes have labels, as general dots: what einsum and the products of stacks are made of. */
import { primitive } from "../primitive-op.js";
import { mul } from "./elementwise.js";
import type { TensorVariable } from "./operands.js";
import { sum } from "./reductions.js";
import {
  broadcastTo,
  commonLength,
  expandDims,
  type Length,
  lengthOf,
  lengthsOf,
  squeeze,
  transpose,
} from "./shaping.js";

/** A tensor with a label for each axis, none twice. */
export interface Labelled {
  readonly tensor: TensorVariable;
  readonly labels: readonly string[];
}

const lengthAt = ({ tensor, labels }: Labelled, label: string): Length | undefined =>
  labels.includes(label) ? lengthOf(tensor, labels.indexOf(label)) : undefined;

/** Sums over axes. */
function summed({ tensor, labels }: Labelled, over: (label: string) => boolean): Labelled {
  const axis = labels.flatMap((label, i) => (over(label) ? [i] : []));
  if (axis.length === 0) return { tensor, labels };
  return {
    tensor: sum(tensor, { axis, dtype: tensor.type.dtype }),
    labels: labels.filter((label) => !over(label)),
  };
}

/** Without the axes of length 1 that the other one stretches. */
function unstretched(operand: Labelled, other: Labelled): Labelled {
  const drop = operand.labels.flatMap((label, axis) => {
    const theirs = lengthAt(other, label);
    return operand.tensor.type.shape[axis] === 1 && theirs !== undefined && theirs !== 1 ? [axis] : [];
  });
  if (drop.length === 0) return operand;
  return {
    tensor: squeeze(operand.tensor, drop),
    labels: operand.labels.filter((_, axis) => !drop.includes(axis)),
  };
}

/** The product of two: labels that are not kept are summed over. Labels of the result: shared, left, right ones. */
function product(x: Labelled, y: Labelled, kept: (label: string) => boolean): Labelled {
  const [a, b] = [unstretched(x, y), unstretched(y, x)];
  const left = summed(a, (label) => !kept(label) && !b.labels.includes(label));
  const right = summed(b, (label) => !kept(label) && !a.labels.includes(label));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter(kept);
  const contracted = shared.filter((label) => !kept(label));
  const freeLeft = left.labels.filter((label) => !shared.includes(label));
  const freeRight = right.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...freeLeft, ...freeRight];
  if (contracted.length === 0) return { tensor: mul(aligned(left, labels), aligned(right, labels)), labels };
  const axes = (list: readonly string[]) =>
    [list.map((l) => left.labels.indexOf(l)), list.map((l) => right.labels.indexOf(l))] as const;
  const params = { contract: axes(contracted), batch: axes(batch) };
  return { tensor: primitive("dot", params, [left.tensor, right.tensor]), labels };
}

/** Axes in the order of labels, with axes of length 1 for those that the tensor lacks. */
function aligned({ tensor, labels }: Labelled, order: readonly string[]): TensorVariable {
  const own = order.filter((label) => labels.includes(label));
  const sorted = transpose(
    tensor,
    own.map((label) => labels.indexOf(label)),
  );
  const missing = order.flatMap((label, axis) => (labels.includes(label) ? [] : [axis]));
  return missing.length === 0 ? sorted : expandDims(sorted, missing);
}

/** Axes with one of these labels broadcast together: what is not known to be equal or 1 is stretched at the call. */
export function stretched(operands: readonly Labelled[], labels: readonly string[]): Labelled[] {
  return labels.reduce<Labelled[]>(
    (list, label) => {
      const lengths = list
        .map((operand) => lengthAt(operand, label))
        .filter((length) => length !== undefined);
      if (lengths.every((length) => typeof length === "number") || lengths.length < 2) return list;
      const common = commonLength(lengths);
      return list.map((operand) => {
        if (lengthAt(operand, label) === undefined || lengthAt(operand, label) === 1) return operand;
        const at = operand.labels.indexOf(label);
        const shape = lengthsOf(operand.tensor).map((length, axis) => (axis === at ? common : length));
        return { ...operand, tensor: broadcastTo(operand.tensor, shape) };
      });
    },
    [...operands],
  );
}

/** The product of all, from left to right, summed over the labels that are not in `output`. */
export function labelledProduct(operands: readonly Labelled[], output: readonly string[]): TensorVariable {
  const [first, ...rest] = operands as [Labelled, ...Labelled[]];
  const result = rest.reduce((x, y, i) => {
    const later = new Set([...output, ...rest.slice(i + 1).flatMap(({ labels }) => labels)]);
    return product(x, y, (label) => later.has(label));
  }, first);
  return aligned(
    summed(result, (label) => !output.includes(label)),
    output,
  );
}
