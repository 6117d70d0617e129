/** From views to a prepared loop in JavaScript: strides are laid out in the order of its loops. */
import { type LoopStep, resultsOf, type TypedArray, type View } from "@bitale/core";
import { dataOf, type Frame, type Step, startOf } from "../program/frame.js";
import { type Level, levelsOf, walkOf } from "./levels.js";
import { loopFor } from "./loop.js";
import type { Walk } from "./loop-structure.js";

/** Prepares a loop; undefined where there is nothing to write. */
export function loopStep(work: LoopStep, codegen: boolean): Step | undefined {
  const { leaves, reduction } = work;
  const results = resultsOf(work);
  if (work.out.shape.includes(0)) return undefined;
  const { kept, reduced } = levelsOf(work);
  const levels = [...kept, ...reduced];
  const walks = (k: number, list: readonly Level[]): Walk[] =>
    list.map((l) => walkOf(l.strides[k] as number));
  const loop = loopFor(
    {
      loops: levels.length,
      reduced: reduced.length,
      leaves: leaves.map(({ dtype }, k) => ({ dtype, walks: walks(results.length + k, levels) })),
      results: results.map(({ expression, out }, r) => ({
        expression,
        dtype: out.dtype,
        walks: walks(r, kept),
      })),
      reduction: reduction?.name,
    },
    codegen,
  );
  const lengths = levels.map((l) => l.length);
  const strides = [
    ...results.flatMap((_, r) => kept.map((l) => l.strides[r] as number)),
    ...leaves.flatMap((_, k) => levels.map((l) => l.strides[results.length + k] as number)),
  ];
  const arrays = new Array<TypedArray>(leaves.length);
  const offsets = new Array<number>(leaves.length).fill(0);
  const outs = new Array<TypedArray>(results.length);
  const outOffsets = new Array<number>(results.length).fill(0);
  return (frame: Frame) => {
    for (let k = 0; k < leaves.length; k++) {
      const leaf = leaves[k] as View;
      arrays[k] = dataOf(frame, leaf);
      offsets[k] = startOf(frame, leaf);
    }
    results.forEach(({ out }, r) => {
      outs[r] = dataOf(frame, out);
      outOffsets[r] = startOf(frame, out);
    });
    loop(lengths, strides, outs, outOffsets, arrays, offsets);
  };
}
