/** Loops that map elements to elements: expressions over any strides, written to one or several outputs. */
import { byteSize, type Expression } from "@bitale/core";
import { type Code, get, type Local, repeat, select, set, when } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import { increase, type ModuleBuilder } from "../../wasm/module.js";
import type { Operand } from "../loop-structure.js";
import { type Four, lanes, storeFour, storeLanes } from "./elements.js";
import { Emitter, type Surroundings } from "./emitter.js";
import { evaluate, unrollFor } from "./expressions.js";
import { evaluateNarrow, toMemory, type Width } from "./narrow.js";
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
  const width = commonWidth(nest.operands);
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
    const inFours = (): void => {
      const values = reader.several(unroll).map((four) => evaluate(e, expressions, four));
      values.forEach((fours, u) => {
        results.forEach(({ dtype }, r) => {
          storeFour(e, dtype, get(pointers[r] as Local), fours[r] as Four, u * lanes * byteSize(dtype));
        });
      });
    };
    /** Whether there is such code. */
    const inNarrowVectors = (width: Width): boolean =>
      reader.narrow(unrollNarrow, width).every((leaves, u) => {
        const values = evaluateNarrow(e, width, expressions, leaves);
        values?.forEach((value, r) => {
          const { dtype } = results[r] as Operand;
          e.emit(v128.store(get(pointers[r] as Local), toMemory(e, dtype, value), u * 16));
        });
        return values !== undefined;
      });
    const several = (): { readonly body: Code; readonly elements: number } | undefined => {
      if (strided) return undefined;
      if (width !== undefined) {
        const [code, complete] = e.section(() => inNarrowVectors(width));
        const elements = (unrollNarrow * 16) / width;
        if (complete) return { body: [code, nest.advance(pointers, inner, elements)], elements };
      }
      if (unroll === 1) return undefined;
      const elements = lanes * unroll;
      return { body: [e.piece(inFours), nest.advance(pointers, inner, elements)], elements };
    };
    const one = e.piece(() => {
      const values = evaluate(e, expressions, reader.one(left, whole));
      e.emit(when(whole, store(values), store(values, get(left))));
      e.emit(nest.advance(pointers, inner, lanes));
    });
    return [held, code, set(left, length), countDown(left, several(), one)];
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

/** Vectors of narrow elements in one turn. */
const unrollNarrow = 2;

/** The bytes of all elements, where they are few. */
function commonWidth(operands: readonly Operand[]): Width | undefined {
  const [width, ...others] = new Set(operands.map(({ dtype }) => byteSize(dtype)));
  return others.length === 0 && (width === 1 || width === 2) ? width : undefined;
}

/** Elements of the innermost loop that are worked on at a time where memory is crossed. */
const stripe = 16;

/**
 * Whether neighbours in the memory of an operand lie along the loop around the innermost one, as in a transposed copy:
 * then lines of the cache that were loaded for one turn of that loop serve the next ones, if they are not too many.
 */
const crosses = (operands: readonly Operand[], inner: number): boolean =>
  inner > 0 && operands.some(({ walks }) => walks[inner] === "s" && walks[inner - 1] === "1");
