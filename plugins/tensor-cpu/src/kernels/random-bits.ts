/**
 * Random words in WebAssembly, those of core's kernel (tensor/reference/random.ts): Threefry-2x32 with 20 rounds, a block
 * of two words in each lane of two vectors.
 */
import { sizeOf, type View, type WholeStep } from "@bitale/core";
import type { NativeCall, Workshop } from "../program/frame.js";
import { type Code, get, repeat, set, when } from "../wasm/code.js";
import { i32, i32x4, v128 } from "../wasm/instructions.js";
import { i32s, increase, type ModuleBuilder } from "../wasm/module.js";
import { sourceOf } from "./native-loop.js";
import { lanes, storeLanes } from "./vector/elements.js";
import { Emitter, type Surroundings } from "./vector/emitter.js";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;
/** Pairs of vectors, of eight words each, that are computed at a time. */
const together = 3;

/** The draw of some words as a call; undefined where there is no WebAssembly. */
export function nativeRandomBits(
  { operands, out }: Extract<WholeStep, { op: "randomBits" }>,
  { library, inArena }: Workshop,
): NativeCall | undefined {
  const [state] = operands as readonly [View];
  const words = sizeOf(out.shape);
  if (library === undefined || words === 0 || sizeOf(state.shape) < 4) return undefined;
  const source = () => sourceOf(library, (module, around) => randomBits(module, around, "draw"));
  const kernel = library.module("random bits", source)?.draw;
  if (kernel === undefined) return undefined;
  for (const { slot } of [state, out]) inArena.add(slot);
  return { kernel, args: [words, state, out] };
}

/** Adds a function to a module, called with how many words are wanted (at least one), the state, and where they go. */
function randomBits(module: ModuleBuilder, around: Surroundings, name: string): void {
  const fn = module.function(i32s("words", "state", "to"), { name });
  const { words, state, to } = fn.parameters;
  const e = new Emitter(fn, around);
  const [before, draw] = e.section(() => {
    const [k0, k1, low, high] = [0, 4, 8, 12].map((at) => e.let(v128.load32Splat(get(state), at))) as [
      Code,
      Code,
      Code,
      Code,
    ];
    const keys = [k0, k1, e.let(v128.xor(v128.xor(k0, k1), e.word(parity)))] as const;
    const counter = e.variable(i32x4.add(low, e.words([0, 1, 2, 3])));
    /** Words of the next blocks, in the order in which they are stored. */
    return (vectors: number): readonly Code[] => {
      const counters = Array.from({ length: vectors }, (): Words => {
        const now = e.let(get(counter));
        e.emit(set(counter, i32x4.add(now, e.word(lanes))));
        // Below where it began, the lower half of the counter has gone round: a mask is -1.
        return [now, i32x4.sub(high, i32x4.ltU(now, low))];
      });
      return encrypted(e, keys, counters).flatMap(([x, y]) => [
        e.let(v128.shuffle(x, y, [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23])),
        e.let(v128.shuffle(x, y, [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31])),
      ]);
    };
  });
  const atLeast = (count: number): Code => i32.geS(get(words), i32.const(count));
  const moveOn = (count: number): Code => [increase(to, 4 * count), increase(words, -count)];
  const stored = (vectors: readonly Code[]): Code =>
    vectors.map((part, i) => v128.store(get(to), part, i * 16));
  const many = e.piece(() => {
    e.emit(stored(draw(together)));
    e.emit(moveOn(together * 8));
  });
  const some = e.piece(() => {
    const drawn = draw(1);
    const rest = drawn.map((part, i) =>
      when(
        atLeast(i * lanes + 1),
        e.piece(() => {
          const places = { address: i32.add(get(to), i32.const(i * 16)), stride: undefined };
          storeLanes(e, "uint32", places, [part], i32.sub(get(words), i32.const(i * lanes)));
        }),
      ),
    );
    e.emit(when(atLeast(8), stored(drawn), rest));
    e.emit(moveOn(8));
  });
  fn.body(
    before,
    when(atLeast(together * 8), repeat(many, atLeast(together * 8))),
    when(atLeast(1), repeat(some, atLeast(1))),
  );
}

/** First and second words, side by side. */
type Words = readonly [Code, Code];

/** Words for counters; several at a time take turns, so that none waits for its own results. */
function encrypted(
  e: Emitter,
  keys: readonly [Code, Code, Code],
  counters: readonly Words[],
): readonly Words[] {
  const key = (at: number): Code => keys[at % 3] as Code;
  let blocks = counters.map(
    ([low, high]): Words => [e.let(i32x4.add(low, key(0))), e.let(i32x4.add(high, key(1)))],
  );
  for (let round = 0; round < 20; round++) {
    const turn = rotations[round % 8] as number;
    blocks = blocks.map(([x, y]): Words => {
      const sum = e.let(i32x4.add(x, y));
      const turned = v128.or(i32x4.shl(y, i32.const(turn)), i32x4.shrU(y, i32.const(32 - turn)));
      return [sum, e.let(v128.xor(turned, sum))];
    });
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    const second = e.let(i32x4.add(key(injection + 1), e.word(injection)));
    blocks = blocks.map(
      ([x, y]): Words => [e.let(i32x4.add(x, key(injection))), e.let(i32x4.add(y, second))],
    );
  }
  return blocks;
}
