/** What a node reads, as a picture shows it; and which nodes of a large graph are drawn. */
import { type Apply, isLength, lengthText, type Variable } from "@bitale/core";

export interface Reads {
  /** The op with its parameters; lengths are written out. */
  readonly text: string;
  /** Operands that are not in the text, with their places. */
  readonly operands: readonly { readonly operand: Variable; readonly position: number }[];
  /** Variables of which the text, or an operand that is a length, reads the lengths. */
  readonly lengthsOf: readonly Variable[];
}

/** Whether a variable is a number made of lengths: it is written where it is read. */
export const isWritten = (variable: Variable): boolean => variable.name === undefined && isLength(variable);

export function readsOf({ op, inputs }: Apply): Reads {
  const inText = new Set<number>();
  const lengthsOf = new Set<Variable>();
  const reference = (variable: Variable): string => {
    lengthsOf.add(variable);
    return nameOf(variable);
  };
  const text = op.print((position) => {
    inText.add(position);
    return lengthText(inputs[position] as Variable, reference);
  });
  const operands = inputs.flatMap((operand, position) =>
    inText.has(position) ? [] : [{ operand, position }],
  );
  for (const { operand } of operands) if (isWritten(operand)) lengthText(operand, reference);
  return { text, operands, lengthsOf: [...lengthsOf] };
}

/** How a text calls a variable. */
export const nameOf = (variable: Variable): string => variable.name ?? variable.owner?.op.name ?? "<unnamed>";

/** The nodes nearest to some results, level by level, as many as there is room for. */
export function nearest(results: readonly Variable[], room: number): ReadonlySet<Apply> {
  const found = new Set<Apply>();
  let level = results;
  while (level.length > 0 && found.size < room) {
    const next: Variable[] = [];
    for (const variable of level) {
      const { owner } = variable;
      if (owner === undefined || isWritten(variable) || found.has(owner) || found.size >= room) continue;
      found.add(owner);
      const { operands, lengthsOf } = readsOf(owner);
      next.push(...operands.map(({ operand }) => operand), ...lengthsOf);
    }
    level = next;
  }
  return found;
}
