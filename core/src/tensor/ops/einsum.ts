/** Einstein's summation convention. */
import { BitaleTypeError } from "../../errors.js";
import { type Labelled, labelledProduct, stretched } from "./contraction.js";
import { diagonal } from "./diagonals.js";
import { type Operand, type TensorVariable, unify } from "./operands.js";

const refuse = (subscripts: string, problem: string): never => {
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: `einsum "${subscripts}"`,
    problem,
    expected:
      'letters for the axes of each operand, between commas, and perhaps "->" and those of the result',
  });
};

/** The labels of "ij...k" on an operand; the axes of the ellipsis are counted from the last: "2", "1", "0". */
function labelsOf(term: string, rank: number | undefined, subscripts: string): string[] {
  const parts = term.split("...");
  if (parts.length > 2 || !/^[A-Za-z]*$/.test(parts.join("")))
    refuse(subscripts, `"${term}" is no list of letters`);
  const [before, after] = parts.map((part) => [...part]) as [string[], string[]?];
  const covered = (rank ?? 0) - before.length - (after?.length ?? 0);
  if (rank !== undefined && (after === undefined ? covered !== 0 : covered < 0)) {
    refuse(subscripts, `"${term}" does not fit an operand with ${rank} dimension${rank === 1 ? "" : "s"}`);
  }
  const ellipsis = Array.from({ length: Math.max(0, covered) }, (_, i) => String(covered - 1 - i));
  return after === undefined ? before : [...before, ...ellipsis, ...after];
}

/** A label that stands twice: the diagonal of its two axes. */
function withoutRepeats({ tensor, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis);
  if (second === -1) return { tensor, labels };
  const label = labels[second] as string;
  const first = labels.indexOf(label);
  const rest = labels.filter((_, axis) => axis !== first && axis !== second);
  return withoutRepeats({
    tensor: diagonal(tensor, { axis1: first, axis2: second }),
    labels: [...rest, label],
  });
}

/**
 * Sums of products over axes that letters name. A letter that stands in several operands pairs their axes; one that is
 * not in the result is summed over. Without "->" the result has the letters that stand once, in alphabetical order.
 * "..." stands for all other axes, which broadcast. Pairs are contracted from left to right, each as one general dot.
 * @throws BitaleTypeError BAD_OPERAND for subscripts that do not fit
 *
 * @example
 * ```ts
 * import { compile, einsum, matrix } from "@bitale/core";
 * const [a, b] = [matrix("a"), matrix("b")];
 * const f = compile([a, b], einsum("ij,jk->ki", a, b));
 * console.log(f([[1, 2]], [[3], [4]]).toArray()); // [[11]]
 * ```
 */
export function einsum(subscripts: string, ...operands: readonly Operand[]): TensorVariable {
  const [left = "", right, ...more] = subscripts.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  if (more.length > 0) refuse(subscripts, 'only one "->" is possible');
  if (terms.length !== operands.length || operands.length === 0) {
    refuse(subscripts, `${terms.length} terms for ${operands.length} operands`);
  }
  const labelled = unify(operands).map((tensor, i) => {
    const labels = labelsOf(terms[i] as string, tensor.type.ndim, subscripts);
    return withoutRepeats({ tensor, labels });
  });
  const all = labelled.flatMap(({ labels }) => labels);
  const covered = Math.max(0, ...all.filter((l) => /\d/.test(l)).map((l) => Number(l) + 1));
  const ellipsis = Array.from({ length: covered }, (_, i) => String(covered - 1 - i));
  const output =
    right === undefined
      ? [...ellipsis, ...onceIn(left)]
      : labelsOf(
          right,
          right.replace("...", "").length + covered * Number(right.includes("...")),
          subscripts,
        );
  if (right !== undefined && covered > 0 && !right.includes("...")) {
    refuse(subscripts, 'the axes of "..." have no place in the result');
  }
  const unknown = output.find((label) => !all.includes(label));
  if (unknown !== undefined) refuse(subscripts, `no operand has the axis ${unknown} of the result`);
  if (new Set(output).size !== output.length) refuse(subscripts, "an axis stands twice in the result");
  return labelledProduct(stretched(labelled, ellipsis), output);
}

const onceIn = (terms: string): string[] => {
  const letters = [...terms].filter((letter) => /[A-Za-z]/.test(letter));
  return letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
};
