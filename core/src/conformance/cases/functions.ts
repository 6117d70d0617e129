/** The other ways in which a compiled function meets a variable: givens, default updates, copies, synchronous calls. */
import type { Bench, CaseDefinition } from "../case.js";

/** Variant 0 after `flip`, computed by a function of its own. */
const flipped = (bench: Bench): Promise<unknown> =>
  bench.runtime.compile([], bench.fixture.flip(bench.make(bench.value()))).async();

export const functionCases: readonly CaseDefinition[] = [
  {
    id: "function.givens",
    title: "givens read another variable and leave the replaced one alone",
    run: async (bench) => {
      const [s, t] = [bench.make(bench.value(1)), bench.make(bench.value())];
      const f = bench.runtime.compile([], bench.fixture.flip(s), { givens: [[s, t]] });
      bench.same("the output", await f.async(), await flipped(bench));
      const assign = bench.runtime.compile([], null, {
        updates: [[s, bench.fixture.flip(s)]],
        givens: [[s, t]],
      });
      await assign.async();
      bench.same("the target of the update", await bench.read(s), await flipped(bench));
      bench.same("what was read instead", await bench.read(t), bench.value());
    },
  },
  {
    id: "function.default-update",
    title: "a default update happens at every call, unless it is switched off",
    run: async (bench) => {
      const s = bench.make(bench.value());
      s.defaultUpdate = bench.fixture.flip(s);
      const still = bench.runtime.compile([], s, { noDefaultUpdates: true });
      bench.same("without", await still.async(), bench.value());
      bench.same("the value then", await bench.read(s), bench.value());
      bench.same("with", await bench.runtime.compile([], s).async(), bench.value());
      bench.same("the value afterwards", await bench.read(s), await flipped(bench));
    },
  },
  {
    id: "function.copy-swap",
    title: "copy({ swap }) works on another variable, and the original on its own",
    run: async (bench) => {
      const [s, t] = [bench.make(bench.value(1)), bench.make(bench.value())];
      const f = bench.runtime.compile([], s, { updates: [[s, bench.fixture.flip(s)]] });
      const g = f.copy({ swap: [[s, t]] });
      bench.same("the output of the copy", await g.async(), bench.value());
      bench.same("the new variable", await bench.read(t), await flipped(bench));
      bench.same("the old variable", await bench.read(s), bench.value(1));
    },
  },
  {
    id: "function.copy-without-updates",
    title: "copy({ deleteUpdates }) reads the live value and changes nothing",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const f = bench.runtime.compile([], s, { updates: [[s, bench.fixture.flip(s)]] });
      const g = f.copy({ deleteUpdates: true });
      await g.async();
      bench.same("the value", await bench.read(s), bench.value());
      await f.async();
      bench.same("the output of the copy", await g.async(), await flipped(bench));
    },
  },
  {
    id: "function.sync",
    title:
      "calls without host outputs never wait; others wait exactly if declared, and change nothing when refused",
    run: async (bench) => {
      const [a, b] = [bench.make(bench.value()), bench.make(bench.value(1))];
      bench.runtime.compile([], null, { updates: [[a, b]] })();
      bench.same("a synchronous update", await bench.read(a), bench.value(1));
      const f = bench.runtime.compile([], a, { updates: [[b, a]] });
      b.setValue(bench.value(2));
      if (bench.plugin.supports.syncRead) bench.same("a synchronous output", f(), bench.value(1));
      else {
        bench.refuses("a synchronous output", () => f(), "NEEDS_ASYNC");
        bench.same("the variable then", await bench.read(b), bench.value(2));
      }
    },
  },
  {
    id: "function.order",
    title: "calls that are made one after another without waiting take effect in that order",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const f = bench.runtime.compile([], s, { updates: [[s, bench.fixture.flip(s)]] });
      const outputs = await Promise.all([f.async(), f.async(), f.async()]);
      const expected = [bench.value(), await flipped(bench), bench.value()];
      outputs.forEach((output, i) => {
        bench.same(`output of call ${i + 1}`, output, expected[i]);
      });
      bench.same("the value", await bench.read(s), await flipped(bench));
    },
  },
];
