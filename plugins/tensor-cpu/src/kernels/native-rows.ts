/** Groups of loops over rows in WebAssembly: what lies in memory, what stays in registers, and the call. */
import {
  byteSize,
  type DType,
  type Expression,
  type LoopStep,
  resultsOf,
  sizeOf,
  type View,
} from "@bitale/core";
import type { NativeCall, Workshop } from "../program/frame.js";
import type { ModuleBuilder } from "../wasm/module.js";
import { keyOf } from "./expression.js";
import { merged, walkOf } from "./levels.js";
import type { Operand } from "./loop-structure.js";
import { argumentsOf, operandKey, sourceOf } from "./native-loop.js";
import { type RowGroup, roleOf, rowLength } from "./row-group.js";
import { type Traced, traceRows } from "./row-trace.js";
import { isLarge, threadedLoop } from "./threaded-loop.js";
import { partsOf } from "./vector/elements.js";
import type { Surroundings } from "./vector/emitter.js";
import { extentOf } from "./vector/expressions.js";
import { rowLoop } from "./vector/row-loop.js";
import type { RowStructure, RowValue } from "./vector/row-structure.js";

/** A group as a call, with the memory that it touches. */
export interface NativeRows {
  readonly call: NativeCall;
  readonly views: readonly View[];
  /** Slots that hold one row only, once for each thread: their elements. */
  readonly scratch: ReadonlyMap<number, number>;
}

/** Vectors of a value along rows that each have a lane; fewer where functions need registers. */
const mostVectors = { plain: 64, functions: 20 };
/** Ops, and elements of each, of which code for such rows is made. */
const mostCode = { plain: 640, functions: 320 };
/** Length of rows from which a function that comes once for a row takes no time beside the others. */
const hidesFunctions = 64;
/** Arguments of a kernel: engines take a thousand. */
const mostArguments = 400;

/** Rows from which they are worth sharing between threads. */
const fewestShared = 4;

/** What a group knows of the memory around it. */
export interface RowMemory {
  /** Whether a slot is only touched by this group. */
  isLocal(slot: number): boolean;
  /** The same number for slots that stand on the same memory. */
  identity(slot: number): number;
}

const expressionsOf = (parts: readonly LoopStep[]): readonly Expression[] =>
  parts.flatMap((part) => resultsOf(part).map(({ expression }) => expression));

/** Whether rows are so short that four are taken at once, each in a lane; or would be, but for so many loops. */
export function forLanes({ rows, parts }: RowGroup): "fits" | "too much" | "too long" {
  const { length: ops, functions } = extentOf(expressionsOf(parts));
  const kind = functions ? "functions" : "plain";
  const elements = rowLength(rows);
  const dtypes = parts.flatMap((part) => [part.out, ...part.leaves].map(({ dtype }) => dtype));
  const vectors = elements * Math.max(...dtypes.map(partsOf));
  const single = sizeOf(rows.shape.slice(0, rows.kept)) === 1;
  if (single || vectors > mostVectors[kind]) return "too long";
  return ops * elements <= mostCode[kind] ? "fits" : "too much";
}

/** The place of the first loop that computes functions of what is there once for each row: alone it has full vectors. */
export function functionOnce({ rows, parts }: RowGroup): number | undefined {
  const at = parts.findIndex(
    (part) => roleOf(part, rows) === "once" && extentOf(expressionsOf([part])).functions,
  );
  return at === -1 ? undefined : at;
}

/**
 * @returns undefined where the loops have no code in vectors, are too few rows for several threads, or have a function
 * once for each row that is too short to hide it
 */
export function nativeRows(
  { rows, parts }: RowGroup,
  { library, inArena }: Workshop,
  memory: RowMemory,
): NativeRows | undefined {
  if (library === undefined) return undefined;
  const { values: traced, passes } = traceRows({ rows, parts });
  const { functions } = extentOf(expressionsOf(parts));
  const elements = rowLength(rows);
  const short = forLanes({ rows, parts }) === "fits";
  if (!short && elements < hidesFunctions && functionOnce({ rows, parts }) !== undefined) return undefined;
  const handedOn = traced.filter(
    ({ view, made, lastRead, walk }) =>
      made !== undefined && memory.isLocal(view.slot) && walk.along === 1 && lastRead > made && !short,
  );
  const hosts = hostsOf(handedOn, traced, memory);
  /** Whether a value takes a row of memory that nobody reads when the row is done. */
  const isScratch = (value: Traced): boolean => handedOn.includes(value) && !hosts.has(value);
  const inMemory = traced.filter(
    (value) => value.made === undefined || !memory.isLocal(value.view.slot) || isScratch(value),
  );
  const outer = merged(
    rows.shape.slice(0, rows.kept).map((length, axis) => ({
      length,
      strides: inMemory.map((value) => (isScratch(value) ? 0 : (value.walk.kept[axis] as number))),
    })),
  );
  const threads = library.threads?.threads ?? 1;
  const levels = [...outer, { length: elements, strides: inMemory.map(({ walk }) => walk.along) }];
  // Threads share rows, or else the elements of each loop. Not asked whether there are any: results have the same bits.
  if ((outer[0]?.length ?? 1) < fewestShared && isLarge(levels, functions)) return undefined;
  const operands = inMemory.map(
    ({ view: { dtype } }, k): Operand => ({
      dtype,
      walks: levels.map(({ strides }) => walkOf(strides[k] as number)),
    }),
  );
  const values = traced.map((value): RowValue => {
    const operand = inMemory.indexOf(hosts.get(value) ?? value);
    const { dtype, slot } = value.view;
    const local = value.made !== undefined && memory.isLocal(slot);
    return { dtype, along: value.walk.along === 1, operand: operand === -1 ? undefined : operand, local };
  });
  const views = inMemory.map(({ view }) => view);
  const args = argumentsOf(levels, operands, views);
  if (args.length > mostArguments) return undefined;
  const length = short ? elements : undefined;
  const structure: RowStructure = { outer: outer.length, length, operands, values, passes };
  const key = keyOfRows(structure);
  const kernel = library.module(key, () => {
    const add = (module: ModuleBuilder, around: Surroundings): void =>
      rowLoop(module, structure, around, "loop");
    const source = sourceOf(library, add);
    // What is there once for a row stands in all lanes: functions of core would be called for each.
    return Object.keys(source?.imports ?? {}).length > 0 ? undefined : source;
  })?.loop;
  if (kernel === undefined) return undefined;
  const rowBytes = (dtype: DType): number => Math.ceil((elements * byteSize(dtype)) / 64) * 64;
  const own = inMemory.flatMap((value, k) => (isScratch(value) ? [{ k, view: value.view }] : []));
  const scratch = new Map(own.map(({ k, view }) => [k, rowBytes(view.dtype)]));
  for (const { slot } of views) inArena.add(slot);
  return {
    call: {
      kernel: threadedLoop(library, {
        key,
        kernel,
        levels,
        kept: outer.length,
        operands,
        functions,
        scratch,
      }),
      args,
    },
    views,
    scratch: new Map(
      own.map(({ view: { slot, dtype } }) => [slot, (rowBytes(dtype) / byteSize(dtype)) * threads]),
    ),
  };
}

/**
 * Results whose memory intermediates stand on until they are read for the last time: it is brought into the cache while
 * there is something to compute. By the intermediate.
 */
function hostsOf(
  values: readonly Traced[],
  traced: readonly Traced[],
  { isLocal, identity }: RowMemory,
): ReadonlyMap<Traced, Traced> {
  const read = new Set(
    traced.filter(({ made }) => made === undefined).map(({ view }) => identity(view.slot)),
  );
  const hosts = new Map<Traced, Traced>();
  const taken = new Set<Traced>();
  for (const value of values) {
    const host = traced.find(
      (other) =>
        (other.made ?? -1) >= value.lastRead &&
        other.walk.along === 1 &&
        other.view.dtype === value.view.dtype &&
        !isLocal(other.view.slot) &&
        !read.has(identity(other.view.slot)) &&
        !taken.has(other),
    );
    if (host === undefined) continue;
    hosts.set(value, host);
    taken.add(host);
  }
  return hosts;
}

function keyOfRows({ outer, length, operands, values, passes }: RowStructure): string {
  const parts = passes.map(({ once, parts: list }) =>
    list.map(
      ({ reduction, results, leaves }) =>
        `${once ? "once" : (reduction ?? "map")} ${results.map(({ value }) => value)}<${leaves} ${keyOf(results.map(({ expression }) => expression))}`,
    ),
  );
  const kinds = values.map(
    ({ dtype, along, operand, local }) => `${dtype}${along ? "*" : ""}${local ? "-" : ""}${operand ?? ""}`,
  );
  return `rows ${outer} ${length ?? ""} ${operands.map(operandKey).join()} ${kinds.join()} ${parts.map((list) => list.join("&")).join("|")}`;
}
