/** Random words in WebAssembly: those of the reference kernel, of any number and from any counter. */
import { NDArray, planRegion, type Region, type WholeStep } from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileRegion } from "../../../plugins/tensor-cpu/dist/compile.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { nativeRandomBits } from "../../../plugins/tensor-cpu/dist/kernels/random-bits.js";
import { RegionBuilder, runReference } from "../../region-builder.js";

const memory = new ArenaMemory(64 * 65_536);
const library = new KernelLibrary(memory, { deterministic: false });

const draw = (words: number, length: number): Region => {
  const b = new RegionBuilder();
  return b.region(b.node("randomBits", {}, [b.input("uint32", [length])], "uint32", [words]));
};
type Draw = Extract<WholeStep, { op: "randomBits" }>;
const isNative = (region: Region): boolean => {
  const [step] = planRegion(region, [[1]]).steps;
  const workshop = { codegen: true, library, inArena: new Set<number>() };
  return nativeRandomBits(step as Draw, workshop) !== undefined;
};

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Counters that go round in their lower half, and in both. */
const counter = fc.oneof(
  fc.tuple(word, word),
  fc.tuple(
    fc.integer({ min: 2 ** 32 - 40, max: 2 ** 32 - 1 }),
    fc.constantFrom(0, 1, 2 ** 32 - 2, 2 ** 32 - 1),
  ),
);

it("draws as many words as are wanted, and writes nothing behind them", () => {
  fc.assert(
    fc.property(word, word, counter, fc.integer({ min: 1, max: 90 }), (k0, k1, [low, high], words) => {
      const region = draw(words, 4);
      expect(isNative(region)).toBe(true);
      const state = new NDArray({ data: Uint32Array.of(k0, k1, low, high), shape: [4], dtype: "uint32" });
      const [expected] = runReference(region, [state]) as [NDArray];
      const executable = compileRegion(region, memory, { codegen: true, library });
      const [result] = executable.run([state], []) as [NDArray];
      expect(result.data).toEqual(expected.data);
      const behind = new Uint32Array(memory.arena.buffer, result.data.byteOffset + words * 4, 1);
      behind[0] = 0xabcdef01;
      memory.free(result);
      const [again] = executable.run([state], []) as [NDArray];
      expect(again.data.byteOffset).toBe(result.data.byteOffset);
      expect(behind[0]).toBe(0xabcdef01);
      memory.free(again);
      executable.dispose?.();
    }),
    { numRuns: 300 },
  );
});

it("leaves no words and shorter states to the reference kernel", () => {
  expect(isNative(draw(0, 4))).toBe(false);
  expect(isNative(draw(5, 3))).toBe(false);
  const state = new NDArray({ data: Uint32Array.of(1, 2, 3), shape: [3], dtype: "uint32" });
  for (const region of [draw(0, 3), draw(5, 3)]) {
    const executable = compileRegion(region, memory, { codegen: true, library });
    const [result] = executable.run([state], []) as [NDArray];
    expect(result.data).toEqual(runReference(region, [state])[0]?.data);
    executable.dispose?.();
  }
});
