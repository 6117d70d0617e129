/** Lines in ascending order, and the order itself. */
import { type DType, isFloat } from "@bitale/core";
import { type Code, call, get, type Local, set, when } from "../../wasm/code.js";
import { i32, i64 } from "../../wasm/instructions.js";
import { type Callee, i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import { Nest } from "../vector/nest.js";
import type { SortStructure } from "./lines-structure.js";
import { recordSort } from "./record-sort.js";
import { SortKeys } from "./sort-keys.js";
import { integersOf, layoutOf, type RecordLayout, sortMemory, times } from "./sort-records.js";

/**
 * Adds the loop over lines to a module, exported as `name`; see `Nest` for how it is called. A last argument says where
 * `sortSpace` bytes are free.
 */
export function sortLines(module: ModuleBuilder, structure: SortStructure, name: string): void {
  const { op, kept, out, operand } = structure;
  const { dtype } = operand;
  const layout = layoutOf(op, dtype);
  const make = records(module, structure, layout);
  const sort = recordSort(module, dtype, layout);
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

/**
 * Makes the records of a line, and notes which bits differ among the keys. Gives back whether a negative zero or NaN is
 * among its elements, where that matters.
 */
function records(
  module: ModuleBuilder,
  { op, operand: { dtype } }: SortStructure,
  layout: RecordLayout,
): Callee {
  const fn = module.function(i32s("left", "from", "stride", "space"), { results: ["i32"] });
  const { left, from, stride, space } = fn.parameters;
  const { to, index, special } = fn.integers("to", "index", "special");
  const keys = new SortKeys(fn, dtype);
  const integers = integersOf(keys.type);
  const [key, one, differing] = fn.locals(keys.type, 3) as [Local, Local, Local];
  const store = [
    integers.store(get(to), get(key), layout.key),
    layout.index === undefined ? [] : i32.store(get(to), get(index), layout.index),
  ];
  const isSpecial = (): Code => i32.or(keys.isNaN, i32.and(keys.isZero, keys.isNegative));
  fn.body(
    set(to, i32.add(get(space), i32.const(sortMemory.records))),
    [keys.load(get(from)), set(one, keys.key)],
    times(left, [
      [keys.load(get(from)), set(key, keys.key)],
      set(differing, integers.or(get(differing), integers.xor(get(key), get(one)))),
      op === "sort" && isFloat(dtype) ? set(special, i32.or(get(special), isSpecial())) : [],
      store,
      increaseBy(from, stride),
      increase(to, layout.bytes),
      increase(index, 1),
    ]),
    integers.store(get(space), get(differing), sortMemory.differing),
    get(special),
  );
  return fn;
}

/** Writes a sorted line. */
function results(
  module: ModuleBuilder,
  { operand: { dtype } }: SortStructure,
  { bytes, index }: RecordLayout,
): Callee {
  const fn = module.function(i32s("left", "from", "to", "stride"));
  const { left, from, to, stride } = fn.parameters;
  const keys = new SortKeys(fn, dtype);
  const key = fn.local(keys.type);
  const write =
    index === undefined
      ? [set(key, integersOf(keys.type).load(get(from))), keys.store(get(to), keys.bitsOf(key))]
      : i64.store(get(to), i64.extendI32U(i32.load(get(from), index)));
  fn.body(times(left, [write, increase(from, bytes), increaseBy(to, stride)]));
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
