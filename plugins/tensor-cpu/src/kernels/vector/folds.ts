/** How reductions take elements in: what they keep on the way, in vectors, and what they make of it at the end. */
import {
  type ArgReductionName,
  type BinaryName,
  byteSize,
  type DType,
  type ReductionName,
} from "@bitale/core";
import { type Code, get, type Local, set } from "../../wasm/code.js";
import { f64x2, i32x4, v128 } from "../../wasm/instructions.js";
import { type FloatType, floatLanes, swapNeighbours } from "../lanes.js";
import { castFour } from "./casts.js";
import { type Four, isUnsigned, kindIn, partsOf, upper, widened } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { NotInVectors } from "./expressions.js";
import { operate } from "./operations.js";

/** What a reduction keeps for four elements at a time. All methods emit code. */
export interface Fold {
  /**
   * Takes four elements in.
   * @param chain which of several sequences of elements, kept apart so that they do not wait for each other
   * @param valid lanes that count; undefined: all
   */
  take(value: Four, chain: number, valid?: Code): void;
  /** After each run of elements, which bounds the error of long sums. */
  pause(): void;
  /** What is known of the elements so far, of the first chain: enough to go on from. */
  readonly state: readonly Local[];
  /** What each lane has, of the first chain. */
  lanes(): Four;
  /** What all lanes of all chains have together, in the first lane. */
  all(): Four;
}

const steps: Readonly<Record<ReductionName, BinaryName>> = {
  sum: "add",
  prod: "mul",
  max: "maximum",
  min: "minimum",
  any: "or",
  all: "and",
};

/** Sums and products of floats are kept in double precision. */
const kept = (name: ReductionName | ArgReductionName, dtype: DType): DType =>
  (name === "sum" || name === "prod") && dtype === "float32" ? "float64" : dtype;

/** How many vectors `Fold.state` is. */
export function stateVectors(name: ReductionName | ArgReductionName, dtype: DType): number {
  const parts = partsOf(kept(name, dtype));
  if (name === "argmax" || name === "argmin") return parts + 2;
  return isExtremeOfFloats(name, dtype) ? 2 * parts : parts;
}

const isExtremeOfFloats = (name: string, dtype: DType): dtype is FloatType =>
  (name === "max" || name === "min") && (dtype === "float32" || dtype === "float64");

/** The element that changes nothing. */
function neutral(e: Emitter, name: ReductionName | ArgReductionName, dtype: DType): Four {
  const lowest = name.endsWith("max");
  const infinity = lowest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const number = name === "prod" ? 1 : name === "sum" ? 0 : infinity;
  switch (kindIn(dtype)) {
    case "f32":
      return [e.float32(number)];
    case "f64":
      return [e.float64(number), e.float64(number)];
    case "mask":
      return [e.word(name === "prod" || name === "all" || name.endsWith("min") ? -1 : 0)];
    case "i32": {
      const size = 2 ** (8 * byteSize(dtype));
      const [low, high] = isUnsigned(dtype) ? [0, size - 1] : [-size / 2, size / 2 - 1];
      return [e.word(Number.isFinite(number) ? number : lowest ? low : high)];
    }
    default: {
      const [low, high] = isUnsigned(dtype) ? [0n, -1n] : [-(1n << 63n), (1n << 63n) - 1n];
      const value = Number.isFinite(number) ? BigInt(number) : lowest ? low : high;
      return [e.double(value), e.double(value)];
    }
  }
}

const must = (four: Four | undefined): Four => {
  if (four === undefined) throw new NotInVectors("a reduction");
  return four;
};

/** Masks of four lanes for elements of a dtype. */
const masksFor = (dtype: DType, mask: Code): Code[] => (partsOf(dtype) === 2 ? widened(mask) : [mask]);
/** Lanes change places: those that are two apart, or neighbours. */
const turned = (dtype: DType, four: Four, distance: 1 | 2): Four => {
  if (partsOf(dtype) === 2) return distance === 2 ? [...four].reverse() : four.map(upper);
  return four.map(distance === 2 ? upper : swapNeighbours);
};
const choose = (e: Emitter, dtype: DType, mask: Code, x: Four, y: Four): Four =>
  masksFor(dtype, mask).map((part, i) => e.let(v128.bitselect(x[i] as Code, y[i] as Code, part)));
const assign = (e: Emitter, to: readonly Local[], four: Four): void => {
  to.forEach((local, i) => {
    e.emit(set(local, four[i] as Code));
  });
};

/** sum, prod, max, min, any, all. */
function simpleFold(
  e: Emitter,
  name: ReductionName,
  dtype: DType,
  chains: number,
): Fold & {
  /** As if nothing had been taken in. */
  begin(): void;
} {
  const inner = kept(name, dtype);
  const combine = (x: Four, y: Four): Four => must(operate(e, steps[name], inner, inner, [x, y]));
  const start = neutral(e, name, inner);
  const sums = Array.from({ length: chains }, () => start.map((part) => e.variable(part)));
  const finished = (four: Four): Four => must(castFour(e, inner, dtype, four)).map((part) => e.let(part));
  const together = (): Four => sums.map((sum): Four => sum.map(get)).reduce(combine);
  return {
    begin: () => {
      for (const sum of sums) assign(e, sum, start);
    },
    take: (value, chain, valid) => {
      const wide = must(castFour(e, dtype, inner, value)).map((part) => e.let(part));
      const sum = sums[chain] as Local[];
      assign(
        e,
        sum,
        combine(sum.map(get), valid === undefined ? wide : choose(e, inner, valid, wide, start)),
      );
    },
    pause: () => {},
    state: sums[0] as Local[],
    lanes: () => finished((sums[0] as Local[]).map(get)),
    all: () => {
      const halves = together();
      const pairs = combine(halves, turned(inner, halves, 2));
      return finished(combine(pairs, turned(inner, pairs, 1)));
    },
  };
}

/** A sum in double precision: each run of it is added to a total that keeps what roundings lose. */
function compensatedSum(e: Emitter, chains: number): Fold {
  const run = simpleFold(e, "sum", "float64", chains);
  const zero = e.float64(0);
  const [total, lost] = [e.variable(zero), e.variable(zero)];
  return {
    ...run,
    pause: () => {
      const [sum] = run.all() as readonly [Code];
      // total + sum without rounding is next + error.
      const next = e.let(f64x2.add(get(total), sum));
      const added = e.let(f64x2.sub(next, get(total)));
      const error = f64x2.add(f64x2.sub(get(total), f64x2.sub(next, added)), f64x2.sub(sum, added));
      e.emit([set(lost, f64x2.add(get(lost), error)), set(total, next)]);
      run.begin();
    },
    /** What was lost has no meaning where the total is not finite. */
    all: () => {
      const finite = f64x2.lt(f64x2.abs(get(total)), e.float64(Number.POSITIVE_INFINITY));
      const sum = e.let(v128.bitselect(f64x2.add(get(total), get(lost)), get(total), finite));
      return [sum, sum];
    },
  };
}

/**
 * max, min of floats: the instructions that keep NaN are slow, so that it is noted beside.
 * @param overlooksNaN the result is that of the other elements
 */
export function extremeFold(
  e: Emitter,
  name: "max" | "min",
  dtype: FloatType,
  chains: number,
  overlooksNaN = false,
): Fold {
  const { vector } = floatLanes[dtype];
  const better = name === "max" ? vector.pmax : vector.pmin;
  const start = neutral(e, name, dtype);
  const best = Array.from({ length: chains }, () => start.map((part) => e.variable(part)));
  const notes = Array.from({ length: chains }, () => start.map(() => e.variable(e.word(0))));
  const merged = (x: Four, y: Four): Four => x.map((part, i) => e.let(better(part, y[i] as Code)));
  const either = (x: Four, y: Four): Four => x.map((part, i) => e.let(v128.or(part, y[i] as Code)));
  const nan = dtype === "float32" ? e.float32(Number.NaN) : e.float64(Number.NaN);
  const finished = (four: Four, noted: Four): Four =>
    overlooksNaN ? four : four.map((part, i) => e.let(v128.bitselect(nan, part, noted[i] as Code)));
  const all = (list: readonly (readonly Local[])[], by: (x: Four, y: Four) => Four): Four => {
    const one = list.map((locals): Four => locals.map(get)).reduce(by);
    const two = by(one, turned(dtype, one, 2));
    return by(two, turned(dtype, two, 1));
  };
  return {
    take: (value, chain, valid) => {
      const taken = valid === undefined ? value : choose(e, dtype, valid, value, start);
      taken.forEach((part, i) => {
        const [known, noted] = [best[chain]?.[i] as Local, notes[chain]?.[i] as Local];
        e.emit(set(known, better(get(known), part)));
        if (!overlooksNaN) e.emit(set(noted, v128.or(get(noted), vector.ne(part, part))));
      });
    },
    pause: () => {},
    state: [...(best[0] as Local[]), ...(notes[0] as Local[])],
    lanes: () => finished((best[0] as Local[]).map(get), (notes[0] as Local[]).map(get)),
    all: () => finished(all(best, merged), all(notes, either)),
  };
}

/**
 * argmax, argmin: the best element of each lane and where it is; NaN is better than all else, the first of equals wins.
 * @param together whether the lanes are parts of one result, and not results of their own
 */
function argFold(e: Emitter, name: ArgReductionName, dtype: DType, together: boolean): Fold {
  const float = kindIn(dtype) === "f32" || kindIn(dtype) === "f64";
  const test = (op: "gt" | "lt" | "eq" | "isNaN", ...operands: readonly Four[]): Code =>
    must(operate(e, op, dtype, "bool", operands))[0] as Code;
  const better = (x: Four, y: Four): Code => test(name === "argmax" ? "gt" : "lt", x, y);
  const start = neutral(e, name, dtype);
  const first = together ? e.words([0, 1, 2, 3]) : e.word(0);
  const best = start.map((part) => e.variable(part));
  const [place, here] = [e.variable(first), e.variable(first)];
  const indices = (four: Code): Four =>
    must(castFour(e, "int32", "int64", [four])).map((part) => e.let(part));
  return {
    take: (value, _, valid) => {
      const known = best.map(get);
      const above = better(value, known);
      const mask = float ? v128.or(above, v128.andnot(test("isNaN", value), test("isNaN", known))) : above;
      const wins = e.let(valid === undefined ? mask : v128.and(mask, valid));
      assign(e, best, choose(e, dtype, wins, value, known));
      e.emit([
        set(place, v128.bitselect(get(here), get(place), wins)),
        set(here, i32x4.add(get(here), e.word(together ? 4 : 1))),
      ]);
    },
    pause: () => {},
    state: [...best, place, here],
    lanes: () => indices(get(place)),
    all: () => {
      let four: Four = best.map(get);
      let where = get(place);
      for (const distance of [2, 1] as const) {
        const other = turned(dtype, four, distance).map((part) => e.let(part));
        const elsewhere = e.let((distance === 2 ? upper : swapNeighbours)(where));
        const earlier = e.let(i32x4.ltS(elsewhere, where));
        const above = v128.or(better(other, four), v128.and(test("eq", other, four), earlier));
        const nan = (): Code =>
          v128.and(test("isNaN", other), v128.or(v128.not(test("isNaN", four)), earlier));
        const wins = e.let(float ? v128.or(above, nan()) : above);
        four = choose(e, dtype, wins, other, four);
        where = e.let(v128.bitselect(elsewhere, where, wins));
      }
      return indices(where);
    },
  };
}

/**
 * A fold of elements of a dtype, ready for the first one.
 * @param chains of elements that `take` keeps apart
 * @param together whether the lanes are parts of one result, and not results of their own
 */
export function foldOf(
  e: Emitter,
  name: ReductionName | ArgReductionName,
  dtype: DType,
  chains: number,
  together: boolean,
): Fold {
  if (name === "argmax" || name === "argmin") return argFold(e, name, dtype, together);
  if ((name === "max" || name === "min") && isExtremeOfFloats(name, dtype))
    return extremeFold(e, name, dtype, chains);
  return name === "sum" && dtype === "float64" && together
    ? compensatedSum(e, chains)
    : simpleFold(e, name, dtype, chains);
}
