/** Running sums, products and extremes of several lines side by side, in vectors. */
import {
  type BinaryName,
  byteSize,
  type CumulativeName,
  type DType,
  type Expression,
  isFloat,
} from "@bitale/core";
import { type Code, get, type Local, repeat, select, set, tee, when } from "../../wasm/code.js";
import { i32 } from "../../wasm/instructions.js";
import { increase, type ModuleBuilder } from "../../wasm/module.js";
import { type Four, lanes, loadFour, storeFour, storeLanes } from "../vector/elements.js";
import { Emitter, type Surroundings } from "../vector/emitter.js";
import { evaluate } from "../vector/expressions.js";
import { Nest } from "../vector/nest.js";
import { countDown, placesOf, Reader, reading } from "../vector/runs.js";
import type { RunningStructure } from "./lines-structure.js";

const binaryOf = {
  cumsum: "add",
  cumprod: "mul",
  cummax: "maximum",
  cummin: "minimum",
} as const satisfies Record<CumulativeName, BinaryName>;

/** Lines that are walked side by side. */
const together = 256;
/** Vectors in one turn of the loop over them. */
const unroll = 2;

/** The dtype in which results are kept until the next ones. */
const keptIn = (op: CumulativeName, dtype: DType): DType =>
  isFloat(dtype) && (op === "cumsum" || op === "cumprod") ? "float64" : dtype;

/** Bytes that lines side by side work in. */
export const runningSpace = together * 8;

/**
 * Lines side by side along the last loop around them, place by place. A last argument says where `runningSpace` bytes
 * are free.
 * @throws NotInVectors
 */
export function runningSideBySide(
  module: ModuleBuilder,
  { op, kept, out, operand }: RunningStructure,
  around: Surroundings,
  name: string,
): void {
  const nest = new Nest(module, name, kept + 1, [out, operand], ["space"]);
  const e = new Emitter(nest.fn, around);
  const along = kept - 1;
  const { dtype } = out;
  const state = keptIn(op, dtype);
  const { place, left, width, linesLeft, turns } = nest.fn.integers(
    "place",
    "left",
    "width",
    "linesLeft",
    "turns",
  );
  const given: Expression = { kind: "leaf", index: 0, dtype };
  const cast = (from: Expression, to: DType): Expression =>
    from.dtype === to ? from : { kind: "op", op: "cast", from: from.dtype, dtype: to, args: [from] };
  const sofar: Expression = { kind: "leaf", index: 1, dtype: state };
  const first = cast(given, state);
  const later: Expression = { kind: "op", op: binaryOf[op], from: state, dtype: state, args: [sofar, first] };

  /** One place of all lines. */
  const step = (from: readonly Local[], isFirst: boolean): Code => {
    const { pointers, code } = nest.fork(from, along);
    const target = pointers[0] as Local;
    const total = isFirst ? first : later;
    const whole = i32.geS(get(left), i32.const(lanes));
    const stateBytes = lanes * byteSize(state);
    const several = operand.walks[along] !== "s" && out.walks[along] === "1";
    const vectors = (
      count: number,
      load: (reader: Reader) => readonly Four[],
      store: (results: readonly Four[]) => void,
    ): Code =>
      e.piece(() => {
        const reader = new Reader(
          e,
          nest,
          along,
          pointers,
          reading(e, nest, along, pointers, 1, [undefined]),
        );
        const elements = load(reader);
        const results = elements.map((element, u) => {
          const before = isFirst ? [] : [loadFour(e, state, get(place), u * stateBytes)];
          return evaluate(e, [total, cast(total, dtype)], [element, ...before]) as [Four, Four];
        });
        results.forEach(([sum], u) => {
          storeFour(e, state, get(place), sum, u * stateBytes);
        });
        store(results.map(([, result]) => result));
        e.emit([nest.advance(pointers, along, lanes * count), increase(place, count * stateBytes)]);
      });
    const places = placesOf(nest, 0, along, target);
    const many = vectors(
      unroll,
      (reader) => reader.several(unroll).map(([x]) => x as Four),
      (results) => {
        results.forEach((four, u) => {
          storeFour(e, dtype, get(target), four, u * lanes * byteSize(dtype));
        });
      },
    );
    const one = vectors(
      1,
      (reader) => [reader.one(left, whole)[0] as Four],
      ([four]) => {
        e.emit(
          when(
            whole,
            e.piece(() => {
              if (places.stride === undefined) storeFour(e, dtype, get(target), four as Four, 0);
              else storeLanes(e, dtype, places, four as Four);
            }),
            e.piece(() => storeLanes(e, dtype, places, four as Four, get(left))),
          ),
        );
      },
    );
    return [
      code,
      set(place, get(nest.more.space as Local)),
      set(left, get(width)),
      countDown(left, several ? { body: many, elements: lanes * unroll } : undefined, one),
    ];
  };

  const body = (from: readonly Local[]): Code => {
    const { pointers, code } = nest.fork(from, along);
    const { pointers: walking, code: begin } = nest.fork(pointers, kept);
    const another = tee(turns, i32.sub(get(turns), i32.const(1)));
    const most = i32.const(together);
    return [
      code,
      set(linesLeft, get(nest.lengths[along] as Local)),
      repeat(
        [
          set(width, select(i32.ltS(get(linesLeft), most), get(linesLeft), most)),
          begin,
          set(turns, get(nest.lengths[kept] as Local)),
          step(walking, true),
          when(another, repeat([nest.advance(walking, kept), step(walking, false)], another)),
          nest.advance(pointers, along, together),
        ],
        i32.gtS(tee(linesLeft, i32.sub(get(linesLeft), most)), i32.const(0)),
      ),
    ];
  };
  const levels = Array.from({ length: along }, (_, level) => level);
  nest.fn.body(nest.around(levels, nest.starts, body));
}
