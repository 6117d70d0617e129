import { planMemory } from "@bitale/core";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Lengths in bytes and the steps in which each temporary is alive. */
const lives = fc.array(
  fc.record({ size: fc.integer({ min: 0, max: 300 }), first: fc.nat(40), more: fc.nat(12) }),
  { maxLength: 60 },
);

const laidOut = (list: readonly { size: number; first: number; more: number }[]) => {
  const slots = list.map(({ size }) => ({ kind: "temporary" as const, dtype: "uint8" as const, size }));
  const steps = Array.from({ length: 53 }, (_, step) =>
    list.flatMap(({ first, more }, slot) => (step === first || step === first + more ? [slot] : [])),
  );
  return planMemory(slots, steps);
};

test("intermediates that are alive together never overlap, and all lie in the block", () => {
  fc.assert(
    fc.property(lives, (list) => {
      const { places, bytes } = laidOut(list);
      list.forEach((a, i) => {
        const start = places.get(i) as number;
        expect(start % 64).toBe(0);
        expect(start + a.size).toBeLessThanOrEqual(bytes);
        list.slice(i + 1).forEach((b, k) => {
          const other = places.get(i + 1 + k) as number;
          const together = a.first <= b.first + b.more && b.first <= a.first + a.more;
          if (together) expect(start + a.size <= other || other + b.size <= start).toBe(true);
        });
      });
    }),
  );
});

test("a chain of equal lengths needs two places", () => {
  const slots = Array.from({ length: 100 }, () => ({
    kind: "temporary" as const,
    dtype: "float32" as const,
    size: 16,
  }));
  const steps = slots.map((_, i) => (i === 0 ? [0] : [i, i - 1]));
  expect(planMemory(slots, steps).bytes).toBe(128);
});

test("a large hole that is split and given back is one hole again", () => {
  const slots = [256, 64, 64, 256].map((size) => ({
    kind: "temporary" as const,
    dtype: "uint8" as const,
    size,
  }));
  expect(planMemory(slots, [[0], [1, 2], [3]]).bytes).toBe(256);
});
