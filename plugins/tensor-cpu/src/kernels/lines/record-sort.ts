/** Sorts records by their keys; equal ones keep their order. By bytes, from the lowest to the highest; few by insertion. */
import { byteSize, type DType } from "@bitale/core";
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
import { i32, v128 } from "../../wasm/instructions.js";
import { type Callee, i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import { byteValues, integersOf, type RecordLayout, sortMemory, times } from "./sort-records.js";

/** Bytes of a key that are looked at first, the highest that differ: few elements are out of order then. */
const most = 4;
/** Up to so many elements for each of these bytes are sorted by insertion. */
const fewest = 16;

/** Adds a function that sorts the records in some memory (see `sortMemory`), and tells where they are then. */
export function recordSort(module: ModuleBuilder, dtype: DType, layout: RecordLayout): Callee {
  const insert = insertion(module, layout);
  const radix = radixSort(module, dtype, layout);
  const fn = module.function(i32s("length", "space"), { results: ["i32"] });
  const { length, space } = fn.parameters;
  const { from, to, sorted, lowest, differing } = fn.integers("from", "to", "sorted", "lowest", "differing");
  const differs = i32.ne(i32.load8U(i32.add(get(space), get(lowest))), i32.const(0));
  const another = i32.and(i32.gtS(get(lowest), i32.const(0)), i32.ltS(get(differing), i32.const(most)));
  const sort = (a: Code, b: Code, digit: Code): Code => call(radix, get(length), a, b, get(space), digit);
  fn.body(
    set(from, i32.add(get(space), i32.const(sortMemory.records))),
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
        call(
          pass,
          get(length),
          get(from),
          get(to),
          i32.add(get(space), i32.const(sortMemory.counts)),
          get(digit),
        ),
        [set(swap, get(from)), set(from, get(to)), set(to, get(swap))],
      ]),
    ),
    get(from),
  );
  return fn;
}

/** Sorts records that are few, or nearly in order. Gives up when they would be moved so many times; 1: they are sorted. */
function insertion(module: ModuleBuilder, { bytes, parts }: RecordLayout): Callee {
  const fn = module.function(i32s("left", "start", "moves"), { results: ["i32"] });
  const { left, start, moves } = fn.parameters;
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
function radixPass(module: ModuleBuilder, { bytes, parts, key }: RecordLayout): Callee {
  const fn = module.function(i32s("length", "from", "to", "counts", "digit"));
  const { length, from, to, counts, digit } = fn.parameters;
  const { left, at, count, place } = fn.integers("left", "at", "count", "place");
  /** For every record, with the address of the count for its byte. */
  const walk = (body: Code): Code => [
    set(left, get(length)),
    set(at, get(from)),
    times(left, [
      set(count, i32.add(get(counts), i32.shl(i32.load8U(i32.add(get(at), get(digit)), key), i32.const(2)))),
      body,
      increase(at, bytes),
    ]),
  ];
  const zero = v128.const(new Array(16).fill(0));
  fn.body(
    [set(count, get(counts)), set(left, i32.const(byteValues / 4))],
    times(left, [v128.store(get(count), zero), increase(count, 16)]),
    walk(i32.store(get(count), i32.add(i32.load(get(count)), i32.const(1)))),
    // From how often a byte occurs to where the next record with it goes.
    [set(count, get(counts)), set(left, i32.const(byteValues)), set(place, get(to))],
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
