/** A loop without what nobody needs of it. */
import type { Apply, Variable } from "../graph/nodes.js";
import { ancestors } from "../graph/walk.js";
import { isScanOp, type ScanOp } from "./scan-op.js";

/**
 * A loop that carries, stacks and reads only what the needed results depend on.
 * @param isNeeded whether anybody reads the result of the node at a position
 * @returns for the position of each needed result the one that takes its place; undefined where everything is needed
 */
export function pruneScan(
  node: Apply,
  isNeeded: (position: number) => boolean,
): ReadonlyMap<number, Variable> | undefined {
  if (!isScanOp(node.op)) return undefined;
  const { step, layout } = node.op;
  const { carries, sequences, outputs } = layout;
  const read = neededWithin(node.op, isNeeded);
  const keep = (i: number): boolean => read.has(step.inputs[i] as Variable);
  const keptCarries = range(0, carries).filter(keep);
  const keptOutputs = range(carries, outputs).filter((i) => isNeeded(i));
  const keptSequences = range(carries, sequences).filter(keep);
  const captured = range(carries + sequences, step.inputs.length - carries - sequences).filter(keep);
  const inputs = [...keptCarries, ...keptSequences, ...captured];
  const results = [...keptCarries, ...keptOutputs];
  if (inputs.length === step.inputs.length && results.length === step.outputs.length) return undefined;
  const pruned = node.op
    .restrictedTo(
      {
        inputs: inputs.map((i) => step.inputs[i] as Variable),
        outputs: results.map((i) => step.outputs[i] as Variable),
      },
      {
        ...layout,
        carries: keptCarries.length,
        sequences: keptSequences.length,
        outputs: keptOutputs.length,
      },
    )
    .apply([node.inputs[0] as Variable, ...inputs.map((i) => node.inputs[1 + i] as Variable)]);
  const places = [...results, ...keptCarries.map((i) => carries + outputs + i)];
  return new Map(places.map((place, i) => [place, pruned.outputs[i] as Variable]));
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Inputs of the step that matter: carries that are needed themselves, and what needed results are computed from. */
function neededWithin(
  { step, layout: { carries, outputs } }: ScanOp,
  isNeeded: (position: number) => boolean,
): Set<Variable> {
  const needed = range(0, carries).filter((i) => isNeeded(i) || isNeeded(carries + outputs + i));
  const pending = range(carries, outputs).filter((i) => isNeeded(i));
  const read = new Set<Variable>(needed.map((i) => step.inputs[i] as Variable));
  const done = new Set<number>();
  pending.push(...needed);
  for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
    if (done.has(i)) continue;
    done.add(i);
    for (const variable of ancestors([step.outputs[i] as Variable])) read.add(variable);
    pending.push(...range(0, carries).filter((c) => read.has(step.inputs[c] as Variable) && !done.has(c)));
  }
  return read;
}
