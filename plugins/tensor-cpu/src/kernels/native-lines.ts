/** Lines of elements along an axis in WebAssembly: which code they have, and with which arguments it is called. */
import type { LinesStep } from "@bitale/core";
import type { NativeCall, Workshop } from "../program/frame.js";
import type { ModuleBuilder } from "../wasm/module.js";
import { type Level, merged, walkOf } from "./levels.js";
import type { LinesStructure } from "./lines/lines-structure.js";
import { runningLines } from "./lines/running-lines.js";
import { runningSideBySide, runningSpace } from "./lines/running-side-by-side.js";
import { sortLines } from "./lines/sort-lines.js";
import { sortSpace } from "./lines/sort-records.js";
import type { Operand } from "./loop-structure.js";
import { argumentsOf, operandKey, sourceOf } from "./native-loop.js";
import { workingLoop } from "./threaded-loop.js";
import { kindIn, lanes } from "./vector/elements.js";
import type { Surroundings } from "./vector/emitter.js";

/** One way to compute a step. */
interface Way {
  readonly name: string;
  /** The loops around the lines. */
  readonly around: readonly Level[];
  readonly add: (
    module: ModuleBuilder,
    structure: LinesStructure,
    surroundings: Surroundings,
    name: string,
  ) => void;
  /** Bytes that it works in, whose address is a last argument. */
  readonly space: number;
}

/** How many operands have neighbours in memory along a loop. */
const neighbours = ({ strides }: Level): number => strides.filter((stride) => stride === 1).length;

/** The best way comes first. */
function waysOf({ op, out, operand }: LinesStep, kept: readonly Level[], line: Level): readonly Way[] {
  if (op === "argsort" || op === "sort") {
    const space = sortSpace(op, operand.dtype, line.length);
    const add: Way["add"] = (module, structure, _, name) => sortLines(module, { op, ...structure }, name);
    return [{ name: "", around: kept, add, space }];
  }
  const single: Way = {
    name: "line by line",
    around: kept,
    add: (module, structure, _, name) => runningLines(module, { op, ...structure }, name),
    space: 0,
  };
  const beside = [...kept].sort((a, b) => neighbours(a) - neighbours(b));
  const innermost = beside.at(-1);
  if (innermost === undefined || innermost.length < lanes || neighbours(innermost) === 0) return [single];
  if (neighbours(line) === 2 || kindIn(out.dtype) === undefined) return [single];
  const add: Way["add"] = (module, structure, surroundings, name) =>
    runningSideBySide(module, { op, ...structure }, surroundings, name);
  return [{ name: "side by side", around: beside, add, space: runningSpace }, single];
}

/** A step as a call; undefined where there is no WebAssembly. @throws BitaleError OUT_OF_MEMORY */
export function nativeLines(work: LinesStep, { library, inArena }: Workshop): NativeCall | undefined {
  if (library === undefined) return undefined;
  const views = [work.out, work.operand];
  const all = work.out.shape.map(
    (length, axis): Level => ({
      length,
      strides: views.map(({ strides }) => strides[axis] as number),
    }),
  );
  const line = all[work.axis] as Level;
  const kept = merged(all.filter((level) => level !== line));
  for (const { name, around, add, space } of waysOf(work, kept, line)) {
    const levels = [...around, line];
    const operands = views.map(
      ({ dtype }, k): Operand => ({
        dtype,
        walks: levels.map(({ strides }) => walkOf(strides[k] as number)),
      }),
    );
    const [out, operand] = operands as [Operand, Operand];
    const key = `${work.op} ${name} ${operands.map(operandKey).join()}`;
    const kernel = library.module(key, () =>
      sourceOf(library, (module, surroundings) =>
        add(module, { kept: around.length, out, operand }, surroundings, "loop"),
      ),
    )?.loop;
    if (kernel === undefined) continue;
    for (const { slot } of views) inArena.add(slot);
    // For each element a sort takes as long as functions do.
    const functions = work.op.endsWith("sort");
    const loop = { key, kernel, levels, kept: around.length, operands, functions };
    return { kernel: workingLoop(library, loop, space), args: argumentsOf(levels, operands, views) };
  }
  return undefined;
}
