/** Loops with several results: which loops are joined, where they stand, and what is still stored. */
import { type LoopStep, type PlannedStep, planRegion, type Region, rowMajorStrides } from "@bitale/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RegionBuilder } from "../region-builder.js";

const several = { mostResults: 8 };
const plan = (region: Region, options = several) =>
  planRegion(
    region,
    region.inputs.map((id) => rowMajorStrides(region.values[id]?.shape ?? [])),
    options,
  );
const resultsIn = (step: PlannedStep | undefined): number =>
  step?.kind === "loop" ? 1 + step.also.length : 0;

/** m, v and p after a step of Adam, from (m, v, p, g) and four numbers. */
function adam(b: RegionBuilder, shape: readonly number[]): { m: number; v: number; p: number } {
  const [m, v, p, g] = Array.from({ length: 4 }, () => b.input("float32", shape)) as [
    number,
    number,
    number,
    number,
  ];
  const [decay, rest, rate, tiny] = Array.from({ length: 4 }, () => b.input("float32", [])) as [
    number,
    number,
    number,
    number,
  ];
  const op = (name: "add" | "sub" | "mul" | "div", x: number, y: number): number => b.apply(name, {}, [x, y]);
  const nextM = op("add", op("mul", decay, m), op("mul", rest, g));
  const nextV = op("add", op("mul", decay, v), op("mul", rest, op("mul", g, g)));
  const step = op("div", op("mul", rate, nextM), op("add", b.apply("sqrt", {}, [nextV]), tiny));
  return { m: nextM, v: nextV, p: op("sub", p, step) };
}

describe("loops with several results", () => {
  it("an Adam step is one loop that reads each operand once", () => {
    const b = new RegionBuilder();
    const { m, v, p } = adam(b, [7, 5]);
    const region = b.region(m, v, p);
    const { steps } = plan(region);
    expect(steps.map(resultsIn)).toEqual([3]);
    const [loop] = steps as LoopStep[];
    expect(new Set(loop?.leaves.map((leaf) => leaf.slot)).size).toBe(8);
    expect(loop?.leaves.length).toBe(8);
    expect(plan(region, { mostResults: 1 }).steps.map(resultsIn)).toEqual([1, 1, 1]);
    expect(plan(region, { mostResults: 2 }).steps.map(resultsIn).sort()).toEqual([1, 2]);
  });

  it("numbers that are computed between do not keep an earlier loop from moving behind them", () => {
    const b = new RegionBuilder();
    const [x, n] = [b.input("float32", [9]), b.input("float32", [])];
    const first = b.apply("exp", {}, [x]);
    const scale = b.apply("sqrt", {}, [b.apply("exp", {}, [n])]);
    const total = b.apply("sum", { axes: [0] }, [b.input("float32", [4])]);
    const second = b.apply("mul", {}, [b.apply("mul", {}, [first, scale]), total]);
    const { steps } = plan(b.region(first, scale, total, second));
    expect(steps.map((step) => (step.kind === "loop" ? step.shape.length : -1))).toEqual([0, 1, 1]);
    expect(resultsIn(steps.at(-1))).toBe(2);
  });

  it("a loop between two steps that need it stays where it is", () => {
    const b = new RegionBuilder();
    const x = b.input("float32", [3, 3]);
    const first = b.apply("exp", {}, [x]);
    const product = b.apply("dot", { contract: [[1], [0]], batch: [[], []] }, [first, x]);
    const second = b.apply("add", {}, [first, product]);
    const { steps } = plan(b.region(first, product, second));
    expect(steps.map((step) => step.kind)).toEqual(["loop", "dot", "loop"]);
  });

  it("what is read at other places is not joined", () => {
    const b = new RegionBuilder();
    const x = b.input("float32", [3, 3]);
    const first = b.apply("exp", {}, [x]);
    const turned = b.apply("transpose", { permutation: [1, 0] }, [first]);
    const { steps } = plan(b.region(first, b.apply("add", {}, [x, turned])));
    expect(steps.map(resultsIn)).toEqual([1, 1]);
  });

  it("an intermediate that only the joined loop reads is not stored", () => {
    const b = new RegionBuilder();
    const x = b.input("float32", [6]);
    const shared = b.apply("exp", {}, [x]);
    const region = b.region(b.apply("neg", {}, [shared]), b.apply("sqrt", {}, [shared]));
    const { steps, slots } = plan(region);
    expect(steps.map(resultsIn)).toEqual([2]);
    const stored = (steps[0] as LoopStep).also.map(({ out }) => slots[out.slot]?.kind);
    expect(stored).toEqual(["output"]);
    expect(plan(region, { mostResults: 1 }).steps).toHaveLength(3);
  });

  it("what only a dropped result needs is not read", () => {
    const b = new RegionBuilder();
    const [x, y] = [b.input("float32", [4]), b.input("float32", [4])];
    const unused = b.apply("add", {}, [x, y]);
    b.apply("mul", {}, [unused, unused]);
    const turned = b.node("slice", { starts: [3], steps: [-1] }, [x], "float32", [4]);
    const { steps } = plan(b.region(turned));
    expect(steps.map(resultsIn)).toEqual([1]);
    const [loop] = steps as LoopStep[];
    expect(loop?.leaves.map(({ strides }) => strides)).toEqual([[-1]]);
    expect(loop?.expression).toEqual({ kind: "leaf", index: 0, dtype: "float32" });
  });

  it("every step reads what was written before it, and all results are written once", () => {
    const dice = fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 2, maxLength: 25 });
    fc.assert(
      fc.property(dice, (throws) => {
        const b = new RegionBuilder();
        const pool = [b.input("float32", [4, 4]), b.input("float32", [4, 4]), b.input("float32", [4])];
        for (const [kind, p, q] of throws) {
          const [x, y] = [pool[p % pool.length] as number, pool[q % pool.length] as number];
          const square = b.shapeOf(x).length === 2;
          if (kind % 5 < 3) pool.push(b.apply("add", {}, [x, y]));
          else if (kind % 5 === 3 && square) pool.push(b.apply("transpose", { permutation: [1, 0] }, [x]));
          else if (square) pool.push(b.apply("sum", { axes: [p % 2] }, [x]));
        }
        const region = b.region(...new Set(pool.slice(3).filter((_, i) => i % 3 === 0)));
        const { steps, slots } = plan(region);
        const written = new Set(slots.flatMap(({ kind }, i) => (kind === "input" ? [i] : [])));
        for (const step of steps) {
          if (step.kind !== "loop") throw new TypeError("only loops were asked for");
          for (const { slot } of step.leaves) expect(written.has(slot)).toBe(true);
          for (const { out } of [step, ...step.also]) {
            expect(written.has(out.slot)).toBe(false);
            written.add(out.slot);
          }
        }
        slots.forEach(({ kind }, i) => {
          if (kind === "output") expect(written.has(i)).toBe(true);
        });
      }),
      { numRuns: 200 },
    );
  });
});
