/** Loops that map elements to elements: expressions over any strides, written to one or several outputs. */
import { byteSize, type Expression } from "@bitale/core";
import { type Code, get, type Local, repeat, set, when } from "../../wasm/code.js";
import { i32 } from "../../wasm/instructions.js";
import { increase, type ModuleBuilder } from "../../wasm/module.js";
import {
  type Four,
  lanes,
  loadFour,
  loadLanes,
  loadSplat,
  type Places,
  storeFour,
  storeLanes,
} from "./elements.js";
import { Emitter, type Surroundings } from "./emitter.js";
import { evaluate, lengthOf } from "./expressions.js";
import { floatFunctions } from "./float-functions.js";
import { Nest, type Operand } from "./nest.js";

export interface MapStructure {
  /** Loops, at least one, the outermost first; the outputs are written along the innermost one. */
  readonly loops: number;
  readonly results: readonly (Operand & { readonly expression: Expression })[];
  readonly leaves: readonly Operand[];
}

/** Vectors in one turn of the innermost loop: several where there is little to do with each. */
function unrollOf({ results, leaves }: MapStructure): number {
  const strided = [...results, ...leaves].some(({ walks }) => walks.at(-1) === "s");
  const expressions = results.map(({ expression }) => expression);
  const length = lengthOf(expressions) + leaves.length;
  if (strided || length > 24 || expressions.some(hasFunctions)) return 1;
  return length > 10 ? 2 : 4;
}
const hasFunctions = (expression: Expression): boolean =>
  expression.kind === "op" && (expression.op in floatFunctions || expression.args.some(hasFunctions));

/** Adds the loop to a module, exported as `name`; see `Nest` for how it is called (outputs first, then leaves). */
export function mapLoop(
  module: ModuleBuilder,
  structure: MapStructure,
  around: Surroundings,
  name: string,
): void {
  const { loops, results, leaves } = structure;
  const operands = [...results, ...leaves];
  const nest = new Nest(module, name, loops, operands);
  const e = new Emitter(nest.fn, around);
  const inner = loops - 1;
  const left = nest.fn.local("i32");
  const unroll = unrollOf(structure);
  const expressions = results.map(({ expression }) => expression);

  const innermost = (from: readonly Local[], fixed: readonly (Four | undefined)[]): Code => {
    const { pointers, code } = nest.fork(from, inner);
    const place = (k: number): Places => ({
      address: get(pointers[k] as Local),
      stride: operands[k]?.walks[inner] === "1" ? undefined : nest.stride(k, inner),
    });
    const leafPlace = (k: number): Places => place(results.length + k);
    const held: (Four | undefined)[] = [];
    const splats = e.piece(() => {
      leaves.forEach(({ dtype, walks }, k) => {
        held[k] = fixed[k] ?? (walks[inner] === "0" ? loadSplat(e, dtype, leafPlace(k).address) : undefined);
      });
    });
    const moving = leaves.flatMap((leaf, k) => (held[k] === undefined ? [{ ...leaf, k }] : []));
    const whole = i32.geS(get(left), i32.const(lanes));

    const loadMoving = (load: (dtype: Operand["dtype"], places: Places) => Four): Four =>
      moving.flatMap(({ dtype, k }) => load(dtype, leafPlace(k)));
    /** Leaves in order, of what was loaded of those that move. */
    const withHeld = (parts: Four): Four[] => {
      let at = 0;
      return leaves.map(({ dtype }, k) => {
        const known = held[k];
        if (known !== undefined) return known;
        const count = byteSize(dtype) === 8 ? 2 : 1;
        at += count;
        return parts.slice(at - count, at);
      });
    };
    const several = e.piece(() => {
      const steps = Array.from({ length: unroll }, (_, u) => u);
      const loaded = steps.map((u) =>
        withHeld(
          loadMoving((dtype, { address }) => loadFour(e, dtype, address, u * lanes * byteSize(dtype))),
        ),
      );
      const values = loaded.map((four) => evaluate(e, expressions, four));
      values.forEach((fours, u) => {
        results.forEach(({ dtype }, r) => {
          storeFour(e, dtype, place(r).address, fours[r] as Four, u * lanes * byteSize(dtype));
        });
      });
    });
    const one = e.piece(() => {
      const parts = e.either(
        whole,
        () =>
          loadMoving((dtype, places) =>
            places.stride === undefined ? loadFour(e, dtype, places.address, 0) : loadLanes(e, dtype, places),
          ),
        () => loadMoving((dtype, places) => loadLanes(e, dtype, places, get(left))),
      );
      const values = evaluate(e, expressions, withHeld(parts));
      const store = (count?: Code): Code =>
        e.piece(() => {
          results.forEach(({ dtype }, r) => {
            const places = place(r);
            if (count === undefined && places.stride === undefined)
              storeFour(e, dtype, places.address, values[r] as Four, 0);
            else storeLanes(e, dtype, places, values[r] as Four, count);
          });
        });
      e.emit(when(whole, store(), store(get(left))));
    });
    const turn = (body: Code, elements: number): Code => [
      body,
      nest.advance(pointers, inner, elements),
      increase(left, -elements),
    ];
    const many = i32.geS(get(left), i32.const(lanes * unroll));
    return [
      splats,
      code,
      set(left, get(nest.lengths[inner] as Local)),
      unroll === 1 ? [] : when(many, repeat(turn(several, lanes * unroll), many)),
      when(i32.gtS(get(left), i32.const(0)), repeat(turn(one, lanes), i32.gtS(get(left), i32.const(0)))),
    ];
  };

  const fixed: (Four | undefined)[] = [];
  const first = e.piece(() => {
    leaves.forEach(({ dtype, walks }, k) => {
      const stays = walks.every((walk) => walk === "0");
      fixed[k] = stays ? loadSplat(e, dtype, get(nest.starts[results.length + k] as Local)) : undefined;
    });
  });
  const outer = Array.from({ length: inner }, (_, level) => level);
  nest.fn.body(
    first,
    nest.around(outer, nest.starts, (pointers) => innermost(pointers, fixed)),
  );
}
