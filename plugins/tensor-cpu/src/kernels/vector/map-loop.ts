/** Loops that map elements to elements: expressions over any strides, written to one or several outputs. */
import { byteSize, type Expression } from "@bitale/core";
import { type Code, get, type Local, repeat, select, set, when } from "../../wasm/code.js";
import { i32 } from "../../wasm/instructions.js";
import { increase, type ModuleBuilder } from "../../wasm/module.js";
import type { Operand } from "../loop-structure.js";
import { type Four, lanes, storeFour, storeLanes } from "./elements.js";
import { Emitter, type Surroundings } from "./emitter.js";
import { evaluate, unrollFor } from "./expressions.js";
import { Nest } from "./nest.js";
import { countDown, fixedLeaves, placesOf, Reader, reading } from "./runs.js";

export interface MapStructure {
  /** Loops, at least one, the outermost first; the outputs are written along the innermost one. */
  readonly loops: number;
  readonly results: readonly (Operand & { readonly expression: Expression })[];
  readonly leaves: readonly Operand[];
}

/** Adds the loop to a module, exported as `name`; see `Nest` for how it is called (outputs first, then leaves). */
export function mapLoop(
  module: ModuleBuilder,
  { loops, results, leaves }: MapStructure,
  around: Surroundings,
  name: string,
): void {
  const nest = new Nest(module, name, loops, [...results, ...leaves]);
  const e = new Emitter(nest.fn, around);
  const inner = loops - 1;
  const left = nest.fn.local("i32");
  const expressions = results.map(({ expression }) => expression);
  const strided = nest.operands.some(({ walks }) => walks[inner] === "s");
  const unroll = strided ? 1 : unrollFor(expressions, leaves.length);
  const [first, fixed] = e.section(() => fixedLeaves(e, nest, results.length));
  const whole = i32.geS(get(left), i32.const(lanes));

  const innermost = (from: readonly Local[], length: Code): Code => {
    const { pointers, code } = nest.fork(from, inner);
    const [held, read] = e.section(() => reading(e, nest, inner, from, results.length, fixed));
    const reader = new Reader(e, nest, inner, pointers, read);
    const store = (fours: readonly Four[], count?: Code): Code =>
      e.piece(() => {
        results.forEach(({ dtype }, r) => {
          const places = placesOf(nest, r, inner, pointers[r] as Local);
          if (count === undefined && places.stride === undefined)
            storeFour(e, dtype, places.address, fours[r] as Four, 0);
          else storeLanes(e, dtype, places, fours[r] as Four, count);
        });
      });
    const several = e.piece(() => {
      const values = reader.several(unroll).map((four) => evaluate(e, expressions, four));
      values.forEach((fours, u) => {
        results.forEach(({ dtype }, r) => {
          storeFour(e, dtype, get(pointers[r] as Local), fours[r] as Four, u * lanes * byteSize(dtype));
        });
      });
      e.emit(nest.advance(pointers, inner, lanes * unroll));
    });
    const one = e.piece(() => {
      const values = evaluate(e, expressions, reader.one(left, whole));
      e.emit(when(whole, store(values), store(values, get(left))));
      e.emit(nest.advance(pointers, inner, lanes));
    });
    return [
      held,
      code,
      set(left, length),
      countDown(left, unroll === 1 ? undefined : { body: several, elements: lanes * unroll }, one),
    ];
  };

  const wholeLength = get(nest.lengths[inner] as Local);
  const outer = Array.from({ length: inner }, (_, level) => level);
  if (!crosses(nest.operands, inner)) {
    nest.fn.body(
      first,
      nest.around(outer, nest.starts, (from) => innermost(from, wholeLength)),
    );
    return;
  }
  const [rest, length] = [nest.fn.local("i32"), nest.fn.local("i32")];
  const stripes = (from: readonly Local[]): Code => {
    const { pointers, code } = nest.fork(from, inner);
    const some = i32.gtS(get(rest), i32.const(0));
    return [
      code,
      set(rest, wholeLength),
      repeat(
        [
          set(length, select(i32.ltS(get(rest), i32.const(stripe)), get(rest), i32.const(stripe))),
          nest.around([inner - 1], pointers, (at) => innermost(at, get(length))),
          nest.advance(pointers, inner, stripe),
          increase(rest, -stripe),
        ],
        some,
      ),
    ];
  };
  nest.fn.body(first, nest.around(outer.slice(0, -1), nest.starts, stripes));
}

/** Elements of the innermost loop that are worked on at a time where memory is crossed. */
const stripe = 16;

/**
 * Whether neighbours in the memory of an operand lie along the loop around the innermost one, as in a transposed copy:
 * then lines of the cache that were loaded for one turn of that loop serve the next ones, if they are not too many.
 */
const crosses = (operands: readonly Operand[], inner: number): boolean =>
  inner > 0 && operands.some(({ walks }) => walks[inner] === "s" && walks[inner - 1] === "1");
