/** What compiled functions see of a variable, and what they do to it. */

import type { SharedVariable } from "../../shared/shared-variable.js";
import type { Bench, CaseDefinition } from "../case.js";

const value = (bench: Bench, variant = 0): unknown => bench.fixture.make(bench.dtype, variant);

/** A value after `flip`, computed by a function of its own. */
async function flipped(bench: Bench, variant: number): Promise<unknown> {
  const s = bench.make(value(bench, variant));
  return bench.runtime.compile([], bench.fixture.flip(s)).async();
}

const update = (bench: Bench, s: SharedVariable) =>
  bench.runtime.compile([], null, { updates: [[s, bench.fixture.flip(s)]] });

export const updateCases: readonly CaseDefinition[] = [
  {
    id: "update.visible",
    title: "an update by one function is seen by another",
    run: async (bench) => {
      const s = bench.make(value(bench));
      const read = bench.runtime.compile([], s);
      await update(bench, s).async();
      bench.same("what another function sees", await read.async(), await flipped(bench, 0));
      bench.same("what getValue sees", await bench.read(s), await flipped(bench, 0));
    },
  },
  {
    id: "update.old-values",
    title: "outputs are computed from the old value",
    run: async (bench) => {
      const s = bench.make(value(bench));
      const f = bench.runtime.compile([], s, { updates: [[s, bench.fixture.flip(s)]] });
      bench.same("first output", await f.async(), value(bench));
      bench.same("second output", await f.async(), await flipped(bench, 0));
      bench.same("value after two flips", await bench.read(s), value(bench));
    },
  },
  {
    id: "update.set-visible",
    title: "setValue is seen by every function at its next call, in other lengths too",
    run: async (bench) => {
      const s = bench.make(value(bench));
      const read = bench.runtime.compile([], s);
      await read.async();
      s.setValue(value(bench, 1));
      bench.same("after setValue", await read.async(), value(bench, 1));
      s.setValue(bench.fixture.resized(bench.dtype));
      bench.same("after setValue of another shape", await read.async(), bench.fixture.resized(bench.dtype));
    },
  },
  {
    id: "update.swap",
    title: "two variables exchange their values in one call, and do not alias afterwards",
    run: async (bench) => {
      const [a, b] = [bench.make(value(bench)), bench.make(value(bench, 1))];
      await bench.runtime
        .compile([], null, {
          updates: [
            [a, b as never],
            [b, a as never],
          ],
        })
        .async();
      bench.same("first", await bench.read(a), value(bench, 1));
      bench.same("second", await bench.read(b), value(bench));
      await update(bench, a).async();
      bench.same("the other after an update of one", await bench.read(b), value(bench));
    },
  },
  {
    id: "update.borrowed",
    title: "an output never aliases the storage",
    run: async (bench) => {
      const s = bench.make(value(bench));
      const read = bench.runtime.compile([], s);
      bench.fixture.mutate(await read.async());
      bench.same("storage after an output was changed", await bench.read(s), value(bench));
    },
  },
  {
    id: "update.clone",
    title: "a clone shares the storage",
    run: async (bench) => {
      const s = bench.make(value(bench));
      const twin = s.clone("twin");
      await update(bench, twin).async();
      bench.same("the original", await bench.read(s), await flipped(bench, 0));
      s.setValue(value(bench, 1));
      bench.same("the clone", await bench.read(twin), value(bench, 1));
    },
  },
  {
    id: "update.failing-call",
    title: "a failing call changes nothing",
    run: async (bench) => {
      const [s, t] = [bench.make(value(bench)), bench.make(value(bench))];
      const other = bench.runtime.compile([], null, {
        updates: [
          [s, bench.fixture.flip(s)],
          [t, bench.fixture.flip(t)],
        ],
      });
      t.dispose();
      await other.async().then(
        () => bench.holds("a call on a disposed variable", false, "an error"),
        () => undefined,
      );
      bench.same("the other variable", await bench.read(s), value(bench));
    },
  },
];
