/** Packing: parts of an operand are brought into panels in the order in which micro-kernels read them. */
import { type Code, get, type Local, set, when } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import { type Callee, i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import type { Lanes } from "../lanes.js";

/**
 * Packs `count` rows or columns of `depth` elements into panels of `width`; missing ones are zeros. Called with (depth,
 * count, from, depthStride, strideOfOne, to), strides in bytes.
 */
export function packing(module: ModuleBuilder, lanes: Lanes, width: number): Callee {
  const pack = module.function(i32s("depth", "count", "from", "depthStride", "stride", "to"));
  const { depth, count, from, depthStride, stride, to } = pack.parameters;
  const { bytes, scalar } = lanes;
  const { panel, k, missing, one, start, at } = pack.integers("panel", "k", "missing", "one", "start", "at");
  const places = pack.locals("i32", width);
  const vectors = (width * bytes) / 16;

  /** The panel's elements of one depth are neighbours: whole vectors. */
  const neighbours = pack.countUp(k, get(depth), [
    Array.from({ length: vectors }, (_, v) => v128.store(get(to), v128.load(get(start), v * 16), v * 16)),
    increaseBy(start, depthStride),
    increase(to, width * bytes),
  ]);
  const strided: Code = [
    places.map((place, i) =>
      set(place, i === 0 ? get(start) : i32.add(get(places[i - 1] as Local), get(stride))),
    ),
    pack.countUp(k, get(depth), [
      places.map((place, i) => [
        scalar.store(get(to), scalar.load(get(place)), i * bytes),
        increaseBy(place, depthStride),
      ]),
      increase(to, width * bytes),
    ]),
  ];
  const edge = pack.countUp(k, get(depth), [
    Array.from({ length: width }, (_, i) => scalar.store(get(to), scalar.const(0), i * bytes)),
    set(at, get(start)),
    pack.countUp(one, i32.sub(get(count), get(panel)), [
      scalar.store(i32.add(get(to), i32.shl(get(one), i32.const(lanes.shift))), scalar.load(get(at))),
      increaseBy(at, stride),
    ]),
    increaseBy(start, depthStride),
    increase(to, width * bytes),
  ]);
  const whole = Number.isInteger(vectors)
    ? when(i32.eq(get(stride), i32.const(bytes)), neighbours, strided)
    : strided;
  pack.body(
    pack.countUp(
      panel,
      get(count),
      [
        set(start, i32.add(get(from), i32.mul(get(panel), get(stride)))),
        set(missing, i32.gtS(i32.add(get(panel), i32.const(width)), get(count))),
        when(get(missing), edge, whole),
      ],
      width,
    ),
  );
  return pack;
}
