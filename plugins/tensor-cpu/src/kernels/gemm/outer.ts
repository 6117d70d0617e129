/**
 * Products whose left operand lies by columns and whose result has few columns (a gradient of weights): the operand is
 * walked once, in the order in which it lies in memory, and each of its rows is added to the turned result, which stays
 * in the nearest cache.
 */
import { type Code, call, choose, get, type Local, repeat, select, set, when } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import { type Callee, i32s, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import { type Lanes, multiplyAdd, vectorBytes } from "../lanes.js";

/** Rows of the operand, and rows of the turned result, that are held together: their factors fill half the registers. */
const depths = 4;
const columns = 2;
/** Vectors of a turn of the innermost loop, one after the other: older engines would spill more at once. */
const vectors = 4;

/** Bytes of the turned result that are worked on at a time. */
const nearCache = 2 ** 15;
/** How many elements of each row of a result with so many columns that makes. */
export const chunkOf = (columns: number, { bytes, lanes }: Lanes): number => {
  const whole = vectors * lanes;
  return Math.max(1, Math.floor(nearCache / (columns * bytes * whole))) * whole;
};

/**
 * Adds it to a module, called with (m, n, k, a, aDepth, b, bDepth, bColumn, t, tRow, chunk): t[j, i] = the sum over r
 * of a[r, i] b[r, j]. Strides in bytes; elements of a row of a and of t are neighbours; `chunk`: of `chunkOf`.
 */
export function outerProducts(module: ModuleBuilder, lanes: Lanes, fused: boolean, name: string): void {
  const chunkProduct = chunkProducts(module, lanes, fused);
  const product = module.function({ ...operands, ...i32s("chunk") }, { name });
  const { m, n, k, a, aDepth, b, bDepth, bColumn, t, tRow, chunk } = product.parameters;
  const { length } = product.integers("length");
  const inBytes = i32.shl(get(chunk), i32.const(lanes.shift));
  product.body(
    repeat(
      [
        set(length, select(i32.ltS(get(m), get(chunk)), get(m), get(chunk))),
        call(chunkProduct, ...[length, n, k, a, aDepth, b, bDepth, bColumn, t, tRow].map(get)),
        [a, t].map((place) => set(place, i32.add(get(place), inBytes))),
        set(m, i32.sub(get(m), get(length))),
      ],
      i32.gtS(get(m), i32.const(0)),
    ),
  );
}

const operands = i32s("m", "n", "k", "a", "aDepth", "b", "bDepth", "bColumn", "t", "tRow");

/** The same for elements of which all rows of t are in the nearest cache together. */
function chunkProducts(module: ModuleBuilder, lanes: Lanes, fused: boolean): Callee {
  const steps = new Map(
    [columns, 1].map((width) => [
      width,
      new Map([depths, 1].map((depth) => [depth, outerStep(module, lanes, { width, depth, fused })])),
    ]),
  );
  const product = module.function(operands);
  const { m, n, k, a, aDepth, b, bDepth, bColumn, t, tRow } = product.parameters;
  const { r, j, end, place, factors, first } = product.integers("r", "j", "end", "place", "factors", "first");
  const alongColumns = (width: number, depth: number): Code => [
    call(
      steps.get(width)?.get(depth) as Callee,
      ...[m, a, aDepth, factors, bDepth, bColumn, place, tRow, first].map(get),
    ),
    Array.from({ length: width }, () => [increaseBy(factors, bColumn), increaseBy(place, tRow)]),
  ];
  const alongDepth = (depth: number): Code => [
    set(factors, get(b)),
    set(place, get(t)),
    product.countUp(j, i32.sub(get(n), i32.const(columns - 1)), alongColumns(columns, depth), columns),
    product.countOn(j, get(n), alongColumns(1, depth)),
    Array.from({ length: depth }, () => [increaseBy(a, aDepth), increaseBy(b, bDepth)]),
    set(first, i32.const(0)),
  ];
  product.body(
    set(first, i32.const(1)),
    set(end, i32.and(get(k), i32.const(-depths))),
    product.countUp(r, get(end), alongDepth(depths), depths),
    product.countOn(r, get(k), alongDepth(1)),
  );
  return product;
}

interface Step {
  /** Rows of the turned result. */
  readonly width: number;
  /** Rows of a. */
  readonly depth: number;
  readonly fused: boolean;
}

/** Some rows of a, times their factors, added to some rows of t; `first`: written there instead. */
function outerStep(module: ModuleBuilder, lanes: Lanes, { width, depth, fused }: Step): Callee {
  const { bytes, scalar, vector } = lanes;
  const wide = vectorBytes(lanes);
  const step = module.function(i32s("m", "a", "aDepth", "b", "bDepth", "bColumn", "t", "tRow", "first"));
  const { m, a, aDepth, b, bDepth, bColumn, t, tRow, first } = step.parameters;
  const { i, place } = step.integers("i", "place");
  const rows = step.locals("i32", depth);
  const results = step.locals("i32", width);
  const factors = Array.from({ length: depth }, () => step.locals("v128", width));
  const sums = step.locals("v128", width);
  const element = step.local("v128");
  const single = step.local(lanes.type);

  const here = (start: Local): Code => i32.add(get(start), get(i));
  /** Places a stride apart, from the first one on. */
  const apart = (places: readonly Local[], first: Local, stride: Local): Code =>
    places.map((at, p) => set(at, p === 0 ? get(first) : i32.add(get(places[p - 1] as Local), get(stride))));
  /** One vector of each row. */
  const vectorOf = (at: number, begins: boolean): Code => [
    sums.map((sum, c) =>
      set(sum, begins ? v128.const(new Array(16).fill(0)) : lanes.load(here(results[c] as Local), at)),
    ),
    rows.map((row, d) => [
      set(element, lanes.load(here(row), at)),
      sums.map((sum, c) => {
        const [x, factor] = [get(element), get(factors[d]?.[c] as Local)];
        return set(sum, multiplyAdd(lanes, fused, x, factor, get(sum)));
      }),
    ]),
    sums.map((sum, c) => lanes.store(here(results[c] as Local), get(sum), at)),
  ];
  const turn = (count: number, begins: boolean): Code =>
    Array.from({ length: count }, (_, v) => vectorOf(v * wide, begins));
  /** What is left of each row, an element at a time. */
  const rest: Code = results.map((result, c) => [
    set(single, choose(lanes.type, get(first), scalar.const(0), scalar.load(here(result)))),
    rows.map((row, d) => {
      const factor = vector.extract(get(factors[d]?.[c] as Local), 0);
      return set(single, scalar.add(get(single), scalar.mul(scalar.load(here(row)), factor)));
    }),
    scalar.store(here(result), get(single)),
  ]);
  const whole = (size: number): Code => i32.and(get(m), i32.const(-size));
  const walk = (begins: boolean): Code => [
    step.countUp(i, whole(vectors * wide), turn(vectors, begins), vectors * wide),
    step.countOn(i, whole(wide), turn(1, begins), wide),
  ];

  step.body(
    set(m, i32.mul(get(m), i32.const(bytes))),
    apart(rows, a, aDepth),
    apart(results, t, tRow),
    factors.map((list) => [
      set(place, get(b)),
      list.map((factor) => [set(factor, lanes.loadSplat(get(place))), increaseBy(place, bColumn)]),
      increaseBy(b, bDepth),
    ]),
    when(get(first), walk(true), walk(false)),
    step.countOn(i, get(m), rest, bytes),
  );
  return step;
}
