/**
 * Lines in ascending order, and the order itself: a stable radix sort, from the lowest byte of the keys to the highest;
 * short lines by insertion.
 */
import { byteSize, type DType, isFloat } from "@bitale/core";
import {
  type Code,
  call,
  choose,
  drop,
  get,
  type Local,
  leave,
  repeat,
  set,
  tee,
  when,
} from "../../wasm/code.js";
import { i32, i64, v128 } from "../../wasm/instructions.js";
import { type Callee, i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import { Nest } from "../vector/nest.js";
import type { LinesStructure } from "./lines-structure.js";
import { SortKeys, typeOfKeys } from "./sort-keys.js";

export interface SortStructure extends LinesStructure {
  readonly op: "argsort" | "sort";
}

/** How what is moved lies in memory: a key, and where it comes from, if that is wanted. */
interface RecordLayout {
  readonly bytes: number;
  readonly parts: readonly { readonly type: "i32" | "i64"; readonly offset: number }[];
  /** Where the lowest byte of the key stands. */
  readonly lowest: number;
}

/** Up to 32 bits of key stand above their index in 64 bits, which are compared as one. */
const isPacked = (op: SortStructure["op"], dtype: DType): boolean =>
  op === "argsort" && typeOfKeys(dtype) === "i32";

function layoutOf(op: SortStructure["op"], dtype: DType): RecordLayout {
  if (isPacked(op, dtype)) return { bytes: 8, parts: [{ type: "i64", offset: 0 }], lowest: 4 };
  const key = { type: typeOfKeys(dtype), offset: 0 };
  if (op === "sort") return { bytes: key.type === "i64" ? 8 : 4, parts: [key], lowest: 0 };
  return { bytes: 12, parts: [key, { type: "i32", offset: 8 }], lowest: 0 };
}

/** Values of a byte. */
const values = 256;
/** What the working memory begins with: the bits that differ among the keys, and a count for each value of a byte. */
const header = 16;
const bookkeeping = header + values * 4;
/** Bytes of a key that are looked at first, the highest that differ: few elements are out of order then. */
const most = 4;
/** Up to so many elements for each of these bytes are sorted by insertion. */
const fewest = 16;

/** Bytes that sorting lines works in. */
export const sortSpace = (op: SortStructure["op"], dtype: DType, length: number): number =>
  bookkeeping + 2 * length * layoutOf(op, dtype).bytes;

const integersOf = (type: "i32" | "i64"): typeof i32 | typeof i64 => (type === "i64" ? i64 : i32);

/**
 * Adds the loop over lines to a module, exported as `name`; see `Nest` for how it is called. A last argument says where
 * `sortSpace` bytes are free.
 */
export function sortLines(module: ModuleBuilder, structure: SortStructure, name: string): void {
  const { op, kept, out, operand } = structure;
  const { dtype } = operand;
  const layout = layoutOf(op, dtype);
  const make = records(module, structure, layout);
  const sort = sorting(module, dtype, layout);
  const write = results(module, structure, layout);
  const restore = op === "sort" && isFloat(dtype) ? equalOnes(module, dtype) : undefined;
  const nest = new Nest(module, name, kept + 1, [out, operand], ["space"]);
  const { fn } = nest;
  const length = get(nest.lengths[kept] as Local);
  const [outStride, stride] = [0, 1].map((k) => nest.stride(k, kept) ?? i32.const(0)) as [Code, Code];
  const special = fn.local("i32");
  const space = get(nest.more.space as Local);
  const line = ([target, source]: readonly Local[]): Code => {
    const [to, from] = [get(target as Local), get(source as Local)];
    return [
      set(special, call(make, length, from, stride, space)),
      call(write, length, call(sort, length, space), to, outStride),
      restore === undefined ? [] : when(get(special), call(restore, length, from, stride, to, outStride)),
    ];
  };
  const levels = Array.from({ length: kept }, (_, level) => level);
  fn.body(nest.around(levels, nest.starts, line));
}

/** A body as often as `left` says, at least once. */
const times = (left: Local, body: Code): Code => repeat(body, tee(left, i32.sub(get(left), i32.const(1))));

/** Sorts the records of a line, and tells where they are then. */
function sorting(module: ModuleBuilder, dtype: DType, layout: RecordLayout): Callee {
  const insert = insertion(module, layout);
  const radix = radixSort(module, dtype, layout);
  const fn = module.function(i32s("length", "space"), { results: ["i32"] });
  const { length, space } = fn.parameters;
  const { from, to, sorted, lowest, differing } = fn.integers("from", "to", "sorted", "lowest", "differing");
  const differs = i32.ne(i32.load8U(i32.add(get(space), get(lowest))), i32.const(0));
  const another = i32.and(i32.gtS(get(lowest), i32.const(0)), i32.ltS(get(differing), i32.const(most)));
  const sort = (a: Code, b: Code, digit: Code): Code => call(radix, get(length), a, b, get(space), digit);
  fn.body(
    set(from, i32.add(get(space), i32.const(bookkeeping))),
    set(to, i32.add(get(from), i32.mul(get(length), i32.const(layout.bytes)))),
    set(lowest, i32.const(byteSize(dtype))),
    repeat([increase(lowest, -1), set(differing, i32.add(get(differing), differs))], another),
    when(
      i32.leS(get(length), i32.mul(get(differing), i32.const(fewest))),
      leave([drop(call(insert, get(length), get(from), i32.const(2 ** 31 - 1))), get(from)]),
    ),
    set(sorted, sort(get(from), get(to), get(lowest))),
    when(i32.eqz(get(lowest)), leave(get(sorted))),
    choose(
      "i32",
      call(insert, get(length), get(sorted), i32.shl(get(length), i32.const(1))),
      get(sorted),
      sort(get(sorted), i32.sub(i32.add(get(from), get(to)), get(sorted)), i32.const(0)),
    ),
  );
  return fn;
}

/** Sorts records by the bytes of their keys, from one on; tells where they are then. */
function radixSort(module: ModuleBuilder, dtype: DType, layout: RecordLayout): Callee {
  const pass = radixPass(module, layout);
  const fn = module.function(i32s("length", "from", "to", "space", "digit"), { results: ["i32"] });
  const { length, from, to, space, digit } = fn.parameters;
  const swap = fn.local("i32");
  fn.body(
    fn.countOn(
      digit,
      i32.const(byteSize(dtype)),
      when(i32.load8U(i32.add(get(space), get(digit))), [
        call(pass, get(length), get(from), get(to), i32.add(get(space), i32.const(header)), get(digit)),
        [set(swap, get(from)), set(from, get(to)), set(to, get(swap))],
      ]),
    ),
    get(from),
  );
  return fn;
}

/**
 * Makes the records of a line, and notes which bits differ among the keys. Gives back whether a negative zero or NaN is
 * among its elements, where that matters.
 */
function records(
  module: ModuleBuilder,
  { op, operand: { dtype } }: SortStructure,
  { bytes }: RecordLayout,
): Callee {
  const fn = module.function(i32s("left", "from", "stride", "space"), { results: ["i32"] });
  const { left, from, stride, space } = fn.parameters;
  const { to, index, special } = fn.integers("to", "index", "special");
  const keys = new SortKeys(fn, dtype);
  const integers = integersOf(keys.type);
  const [key, one, differing] = fn.locals(keys.type, 3) as [Local, Local, Local];
  const store = isPacked(op, dtype)
    ? i64.store(get(to), i64.or(i64.shl(i64.extendI32U(get(key)), i64.const(32)), i64.extendI32U(get(index))))
    : [integers.store(get(to), get(key)), op === "argsort" ? i32.store(get(to), get(index), 8) : []];
  const isSpecial = (): Code => i32.or(keys.isNaN, i32.and(keys.isZero, keys.isNegative));
  fn.body(
    set(to, i32.add(get(space), i32.const(bookkeeping))),
    [keys.load(get(from)), set(one, keys.key)],
    times(left, [
      [keys.load(get(from)), set(key, keys.key)],
      set(differing, integers.or(get(differing), integers.xor(get(key), get(one)))),
      op === "sort" && isFloat(dtype) ? set(special, i32.or(get(special), isSpecial())) : [],
      store,
      increaseBy(from, stride),
      increase(to, bytes),
      increase(index, 1),
    ]),
    integers.store(get(space), get(differing)),
    get(special),
  );
  return fn;
}

/** Sorts records that are few, or nearly in order. Gives up when they would be moved so many times; 1: they are sorted. */
function insertion(module: ModuleBuilder, { bytes, parts }: RecordLayout): Callee {
  const fn = module.function(i32s("left", "first", "moves"), { results: ["i32"] });
  const { left, first: start, moves } = fn.parameters;
  const { at, to, before } = fn.integers("at", "to", "before");
  const held = parts.map(({ type }) => fn.local(type));
  const [key] = parts as [RecordLayout["parts"][number]];
  const { gtU, load } = integersOf(key.type);
  const goesOn = choose(
    "i32",
    i32.ne(get(to), get(start)),
    gtU(load(get(before)), get(held[0] as Local)),
    i32.const(0),
  );
  const back = set(before, i32.sub(get(to), i32.const(bytes)));
  const another = tee(left, i32.sub(get(left), i32.const(1)));
  fn.body(
    set(at, get(start)),
    when(
      another,
      repeat(
        [
          increase(at, bytes),
          parts.map(({ type, offset }, i) => set(held[i] as Local, integersOf(type).load(get(at), offset))),
          set(to, get(at)),
          back,
          when(goesOn, [
            repeat(
              [copied(parts, get(before), get(to)), set(to, get(before)), back, increase(moves, -1)],
              goesOn,
            ),
            parts.map(({ type, offset }, i) =>
              integersOf(type).store(get(to), get(held[i] as Local), offset),
            ),
            when(i32.ltS(get(moves), i32.const(0)), leave(i32.const(0))),
          ]),
        ],
        another,
      ),
    ),
    i32.const(1),
  );
  return fn;
}

const copied = (parts: RecordLayout["parts"], from: Code, to: Code): Code =>
  parts.map(({ type, offset }) => integersOf(type).store(to, integersOf(type).load(from, offset), offset));

/** Sorts records by one byte of their keys. */
function radixPass(module: ModuleBuilder, { bytes, parts, lowest }: RecordLayout): Callee {
  const fn = module.function(i32s("length", "from", "to", "counts", "digit"));
  const { length, from, to, counts, digit } = fn.parameters;
  const { left, at, count, place } = fn.integers("left", "at", "count", "place");
  /** For every record, with the address of the count for its byte. */
  const walk = (body: Code): Code => [
    set(left, get(length)),
    set(at, get(from)),
    times(left, [
      set(
        count,
        i32.add(get(counts), i32.shl(i32.load8U(i32.add(get(at), get(digit)), lowest), i32.const(2))),
      ),
      body,
      increase(at, bytes),
    ]),
  ];
  const zero = v128.const(new Array(16).fill(0));
  fn.body(
    [set(count, get(counts)), set(left, i32.const(values / 4))],
    times(left, [v128.store(get(count), zero), increase(count, 16)]),
    walk(i32.store(get(count), i32.add(i32.load(get(count)), i32.const(1)))),
    // From how often a byte occurs to where the next record with it goes.
    [set(count, get(counts)), set(left, i32.const(values)), set(place, get(to))],
    times(left, [
      set(at, i32.mul(i32.load(get(count)), i32.const(bytes))),
      i32.store(get(count), get(place)),
      increaseBy(place, at),
      increase(count, 4),
    ]),
    walk([
      set(place, i32.load(get(count))),
      copied(parts, get(at), get(place)),
      i32.store(get(count), i32.add(get(place), i32.const(bytes))),
    ]),
  );
  return fn;
}

/** Writes a sorted line. */
function results(
  module: ModuleBuilder,
  { op, operand: { dtype } }: SortStructure,
  layout: RecordLayout,
): Callee {
  const fn = module.function(i32s("left", "from", "to", "stride"));
  const { left, from, to, stride } = fn.parameters;
  const keys = new SortKeys(fn, dtype);
  const key = fn.local(keys.type);
  const index = isPacked(op, dtype) ? 0 : 8;
  const write =
    op === "argsort"
      ? i64.store(get(to), i64.extendI32U(i32.load(get(from), index)))
      : [set(key, integersOf(keys.type).load(get(from))), keys.store(get(to), keys.bitsOf(get(key)))];
  fn.body(times(left, [write, increase(from, layout.bytes), increaseBy(to, stride)]));
  return fn;
}

/** Gives zeros and NaN of a sorted line the bits that they had, in their order: their keys do not tell them. */
function equalOnes(module: ModuleBuilder, dtype: DType): Callee {
  const fn = module.function(i32s("length", "start", "stride", "to", "toStride"));
  const { length, start, stride, to, toStride } = fn.parameters;
  const { left, from, zeros, nans } = fn.integers("left", "from", "zeros", "nans");
  const keys = new SortKeys(fn, dtype);
  const walk = (body: Code): Code => [
    set(left, get(length)),
    set(from, get(start)),
    times(left, [keys.load(get(from)), body, increaseBy(from, stride)]),
  ];
  const put = (place: Local): Code => [keys.store(get(place), get(keys.bits)), increaseBy(place, toStride)];
  fn.body(
    set(zeros, get(to)),
    set(nans, i32.add(get(to), i32.mul(get(length), get(toStride)))),
    walk(
      when(
        keys.isNaN,
        set(nans, i32.sub(get(nans), get(toStride))),
        when(i32.and(keys.isNegative, i32.eqz(keys.isZero)), increaseBy(zeros, toStride)),
      ),
    ),
    walk(when(keys.isNaN, put(nans), when(keys.isZero, put(zeros)))),
  );
  return fn;
}
