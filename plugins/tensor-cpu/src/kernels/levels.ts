/** The loops of a step, in order: axes that every operand walks as one are merged, those of length 1 vanish. */
import { broadcastView, type LoopStep, resultsOf } from "@bitale/core";
import type { Walk } from "./loop-structure.js";

/** One loop of a nest: its length and the strides, in elements, of the results (0 where it is reduced) and the leaves. */
export interface Level {
  readonly length: number;
  readonly strides: readonly number[];
}

/** Neighbouring loops that all operands walk as one are one; those of length 1 vanish. */
export function merged(levels: readonly Level[]): Level[] {
  const result: Level[] = [];
  for (const level of levels) {
    if (level.length === 1) continue;
    const outer = result.at(-1);
    const joins = outer?.strides.every((stride, k) => stride === (level.strides[k] as number) * level.length);
    if (outer !== undefined && joins === true) {
      result[result.length - 1] = { length: outer.length * level.length, strides: level.strides };
    } else result.push(level);
  }
  return result;
}

export const walkOf = (stride: number): Walk => (stride === 0 ? "0" : stride === 1 ? "1" : "s");

/** Loops over what is kept, then over what is reduced (at least one, if there is a reduction). */
export function levelsOf(step: LoopStep): {
  readonly kept: readonly Level[];
  readonly reduced: readonly Level[];
} {
  const { shape, leaves, reduction } = step;
  const outs = resultsOf(step).map(({ out }) => out);
  const reducedAxes = reduction?.axes ?? [];
  const keptAxes = shape.map((_, axis) => axis).filter((axis) => !reducedAxes.includes(axis));
  const operands = leaves.map((leaf) => broadcastView(leaf, shape));
  const level = (axis: number, outStrides: readonly number[]): Level => ({
    length: shape[axis] as number,
    strides: [...outStrides, ...operands.map((operand) => operand.strides[axis] as number)],
  });
  const kept = merged(
    keptAxes.map((axis, i) =>
      level(
        axis,
        outs.map((out) => out.strides[i] as number),
      ),
    ),
  );
  const reduced = reduction === undefined ? [] : merged(reducedAxes.map((axis) => level(axis, [0])));
  if (reduction !== undefined && reduced.length === 0)
    reduced.push({ length: 1, strides: [0, ...leaves.map(() => 0)] });
  return { kept, reduced };
}
