/** From views to a prepared loop: axes are put in order, merged where memory allows, and their strides laid out. */
import { broadcastView, type LoopStep, type TypedArray, type View } from "@bitale/core";
import { dataOf, type Frame, type Step, startOf } from "../program/frame.js";
import { loopFor } from "./loop.js";
import type { Walk } from "./loop-structure.js";

/** One loop of a nest: its length and the strides of the output and the leaves. */
interface Level {
  readonly length: number;
  readonly strides: readonly number[];
}

/** Adjacent levels that every operand walks as one become one; levels of length 1 vanish. */
function merged(levels: readonly Level[]): Level[] {
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

const walkOf = (stride: number): Walk => (stride === 0 ? "0" : stride === 1 ? "1" : "s");

/** Prepares a loop; undefined where there is nothing to write. */
export function loopStep(work: LoopStep, codegen: boolean): Step | undefined {
  const { shape, leaves, out, reduction, expression } = work;
  if (out.shape.includes(0)) return undefined;
  const reducedAxes = reduction?.axes ?? [];
  const keptAxes = shape.map((_, axis) => axis).filter((axis) => !reducedAxes.includes(axis));
  const operands = leaves.map((leaf) => broadcastView(leaf, shape));
  const level = (axis: number, outStride: number): Level => ({
    length: shape[axis] as number,
    strides: [outStride, ...operands.map((operand) => operand.strides[axis] as number)],
  });
  const kept = merged(keptAxes.map((axis, i) => level(axis, out.strides[i] as number)));
  const reduced = reduction === undefined ? [] : merged(reducedAxes.map((axis) => level(axis, 0)));
  if (reduction !== undefined && reduced.length === 0)
    reduced.push({ length: 1, strides: [0, ...leaves.map(() => 0)] });
  const levels = [...kept, ...reduced];
  const walks = (k: number, list: readonly Level[]): Walk[] =>
    list.map((l) => walkOf(l.strides[k] as number));
  const loop = loopFor(
    {
      loops: levels.length,
      reduced: reduced.length,
      leaves: leaves.map(({ dtype }, k) => ({ dtype, walks: walks(k + 1, levels) })),
      expression,
      reduction: reduction?.name,
      out: { dtype: out.dtype, walks: walks(0, kept) },
    },
    codegen,
  );
  const lengths = levels.map((l) => l.length);
  const strides = [
    ...kept.map((l) => l.strides[0] as number),
    ...leaves.flatMap((_, k) => levels.map((l) => l.strides[k + 1] as number)),
  ];
  const arrays = new Array<TypedArray>(leaves.length);
  const offsets = new Array<number>(leaves.length).fill(0);
  return (frame: Frame) => {
    for (let k = 0; k < leaves.length; k++) {
      const leaf = leaves[k] as View;
      arrays[k] = dataOf(frame, leaf);
      offsets[k] = startOf(frame, leaf);
    }
    loop(lengths, strides, dataOf(frame, out), startOf(frame, out), arrays, offsets);
  };
}
