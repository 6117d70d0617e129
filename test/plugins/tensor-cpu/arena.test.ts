import { isBitaleError } from "@bitale/core";
import { Arena, ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

describe("the arena", () => {
  it("never lets blocks overlap, aligns them, and gets all memory back", () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 50_000 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.boolean()), (requests, release) => {
        const arena = new Arena(8 * 65_536);
        const live: { byteOffset: number; byteLength: number }[] = [];
        for (const bytes of requests) {
          try {
            const block = arena.allocate(bytes);
            expect(block.byteOffset % 64).toBe(0);
            expect(block.byteLength).toBeGreaterThanOrEqual(bytes);
            expect(block.byteLength).toBeLessThanOrEqual(Math.max(64, bytes * 1.25 + 64));
            for (const other of live) {
              const apart =
                block.byteOffset >= other.byteOffset + other.byteLength ||
                other.byteOffset >= block.byteOffset + block.byteLength;
              expect(apart).toBe(true);
            }
            expect(block.byteOffset + block.byteLength).toBeLessThanOrEqual(arena.buffer.byteLength);
            live.push(block);
          } catch (error) {
            expect(isBitaleError(error, "OUT_OF_MEMORY")).toBe(true);
          }
          if (live.length > 0 && release.next().value) arena.free(live.splice(0, 1)[0] as never);
        }
        for (const block of live) arena.free(block);
        expect(arena.statistics.used).toBe(0);
      }),
    );
  });

  it("uses a freed block again", () => {
    const arena = new Arena(65_536);
    const first = arena.allocate(1000);
    arena.free(first);
    const before = arena.statistics.highWater;
    expect(arena.allocate(1000)).toBe(first);
    expect(arena.statistics.highWater).toBe(before);
  });

  it("joins free neighbours when it is used up, so that small blocks make room for a large one", () => {
    const arena = new Arena(2 * 65_536);
    const small: { byteOffset: number; byteLength: number }[] = [];
    for (;;) {
      try {
        small.push(arena.allocate(1000));
      } catch {
        break;
      }
    }
    expect(() => arena.allocate(60_000)).toThrow(/no room/);
    const [first, ...rest] = small;
    for (const block of rest) arena.free(block);
    const large = arena.allocate(100_000);
    expect(large.byteOffset).toBeGreaterThanOrEqual((first?.byteOffset ?? 0) + (first?.byteLength ?? 0));
    arena.free(large);
    arena.free(first as never);
    expect(arena.statistics.used).toBe(0);
    expect(arena.allocate(90_000).byteOffset).toBe(64);
  });

  it("says what is wrong when it is full, and works on", () => {
    const memory = new ArenaMemory(65_536);
    const small = memory.allocate([10], "float32");
    expect(() => memory.allocate([1_000_000], "float64")).toThrow(/arenaBytes/);
    memory.free(small);
    memory.free(small);
    expect(memory.arena.statistics.used).toBe(0);
    expect(memory.allocate([10], "float32").data.every((x) => x === 0)).toBe(true);
  });

  it("zeroes what it hands out again", () => {
    const memory = new ArenaMemory(65_536);
    const first = memory.allocate([8], "int32");
    first.data.fill(7 as never);
    memory.free(first);
    expect([...memory.allocate([8], "int32").data]).toEqual(new Array(8).fill(0));
  });
});
