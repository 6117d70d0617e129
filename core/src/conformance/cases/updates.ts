/** What compiled functions see of a variable, and what they do to it. */
import { Variable } from "../../graph/nodes.js";
import { SharedVariable } from "../../shared/shared-variable.js";
import { take } from "../../tensor/ops/gathering.js";
import { constant } from "../../tensor/ops/operands.js";
import { vector } from "../../tensor/symbols.js";
import type { Bench, CaseDefinition } from "../case.js";

/** Variant 0 after `flip`, computed by a function of its own. */
const flipped = (bench: Bench, variant = 0): Promise<unknown> =>
  bench.runtime.compile([], bench.fixture.flip(bench.make(bench.value(variant)))).async();

const update = (bench: Bench, s: SharedVariable) =>
  bench.runtime.compile([], null, { updates: [[s, bench.fixture.flip(s)]] });

export const updateCases: readonly CaseDefinition[] = [
  {
    id: "update.visible",
    title: "an update by one function is seen by another",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const read = bench.runtime.compile([], s);
      bench.same("before", await read.async(), bench.value());
      await update(bench, s).async();
      bench.same("what another function sees", await read.async(), await flipped(bench));
      bench.same("what getValue sees", await bench.read(s), await flipped(bench));
    },
  },
  {
    id: "update.old-values",
    title: "outputs are computed from the old value",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const f = bench.runtime.compile([], s, { updates: [[s, bench.fixture.flip(s)]] });
      bench.same("first output", await f.async(), bench.value());
      bench.same("second output", await f.async(), await flipped(bench));
      bench.same("value after two flips", await bench.read(s), bench.value());
    },
  },
  {
    id: "update.set-visible",
    title: "setValue is seen by every function at its next call, in other lengths too",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const [read, f] = [bench.runtime.compile([], s), update(bench, s)];
      await read.async();
      await f.async();
      s.setValue(bench.value(1));
      bench.same("after setValue", await read.async(), bench.value(1));
      await f.async();
      bench.same("after an update of what was set", await read.async(), await flipped(bench, 1));
      const resized = bench.fixture.resized(bench.dtype);
      s.setValue(resized);
      bench.same("after setValue of another shape", await read.async(), bench.fixture.resized(bench.dtype));
      await f.async();
      await f.async();
      bench.same("after two updates of it", await bench.read(s), bench.fixture.resized(bench.dtype));
    },
  },
  {
    id: "update.swap",
    title: "two variables exchange their values in one call, and do not alias afterwards",
    run: async (bench) => {
      const [a, b] = [bench.make(bench.value()), bench.make(bench.value(1))];
      const updates = [
        [a, b],
        [b, a],
      ] as const;
      await bench.runtime.compile([], null, { updates }).async();
      bench.same("first", await bench.read(a), bench.value(1));
      bench.same("second", await bench.read(b), bench.value());
      await update(bench, a).async();
      bench.same("the other after an update of one", await bench.read(b), bench.value());
    },
  },
  {
    id: "update.assign",
    title: "a variable that took another's value has storage of its own",
    run: async (bench) => {
      const [a, b] = [bench.make(bench.value()), bench.make(bench.value(1))];
      await bench.runtime.compile([], null, { updates: [[a, b]] }).async();
      b.setValue(bench.value(2));
      bench.same("after the other was set", await bench.read(a), bench.value(1));
      b.dispose();
      bench.make(bench.value());
      bench.same("after the other was disposed", await bench.read(a), bench.value(1));
    },
  },
  {
    id: "update.argument",
    title: "an argument becomes a value without aliasing the caller's memory",
    run: async (bench) => {
      const s = bench.make(bench.value(1));
      const x = new Variable(s.type.plain(), "x");
      const f = bench.runtime.compile([x], null, { updates: [[s, x]] });
      const given = bench.value();
      await f.async(given);
      bench.same("the caller's value", given, bench.value());
      bench.same("the variable", await bench.read(s), bench.value());
      bench.fixture.mutate(given);
      bench.same("the variable after the argument was changed", await bench.read(s), bench.value());
    },
  },
  {
    id: "update.borrowed",
    title: "an output never aliases the storage, nor the output of another call",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const f = bench.runtime.compile([], [s, bench.fixture.flip(s)]);
      for (const output of await f.async()) bench.fixture.mutate(output);
      bench.same("storage after outputs were changed", await bench.read(s), bench.value());
      const [copy, computed] = await f.async();
      bench.same("the next output", copy, bench.value());
      bench.same("the next computed output", computed, await flipped(bench));
    },
  },
  {
    id: "update.clone",
    title: "a clone shares the storage",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const twin = s.clone("twin");
      await update(bench, twin).async();
      bench.same("the original", await bench.read(s), await flipped(bench));
      s.setValue(bench.value(1));
      bench.same("the clone", await bench.read(twin), bench.value(1));
    },
  },
  {
    id: "update.container",
    title: "a variable made with another's container shares the storage, and brings no value of its own",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const { type, container } = s;
      const twin = new SharedVariable("twin", type, undefined, undefined, { container });
      await update(bench, s).async();
      bench.same("the twin after an update", await bench.read(twin), await flipped(bench));
      twin.setValue(bench.value(1));
      bench.same("the original after a set", await bench.read(s), bench.value(1));
      const both = (): unknown => new SharedVariable("x", type, bench.value(), undefined, { container });
      bench.refuses("a container and a value", both, "CONTAINER_AND_VALUE");
    },
  },
  {
    id: "update.failing-call",
    title: "a call that fails in the middle changes nothing",
    run: async (bench) => {
      const [s, t] = [bench.make(bench.value()), bench.make(bench.value())];
      const f = bench.runtime.compile([], null, {
        updates: [
          [s, bench.fixture.flip(s)],
          [t, bench.fixture.flip(t)],
        ],
      });
      t.dispose();
      await fails(bench, "a call on a disposed variable", f.async());
      bench.same("the other variable", await bench.read(s), bench.value());
    },
  },
  {
    id: "update.failing-step",
    title: "a call in which any step fails changes nothing, whatever was computed before it",
    run: async (bench) => {
      const [s, t] = [bench.make(bench.value()), bench.make(bench.value(1))];
      const at = vector("at", "int64");
      // A dtype and an op that run on the host wherever the variables are.
      const picked = take(constant(Float64Array.of(7, 8)), at);
      const f = bench.runtime.compile([at], picked, {
        updates: [
          [s, bench.fixture.flip(s)],
          [t, s],
        ],
      });
      for (let call = 0; call < 2; call++) {
        await fails(bench, "an index out of bounds", f.async(BigInt64Array.of(5n)));
        bench.same("the variable that is computed anew", await bench.read(s), bench.value());
        bench.same("the variable that is assigned", await bench.read(t), bench.value(1));
      }
      await f.async(BigInt64Array.of(1n));
      bench.same("the first one after a good call", await bench.read(s), await flipped(bench));
      bench.same("the second one after a good call", await bench.read(t), bench.value());
    },
  },
  {
    id: "update.bad-argument",
    title: "a call with a bad argument changes nothing",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const x = new Variable(s.type.plain(), "x");
      const f = bench.runtime.compile([x], null, { updates: [[s, x]] });
      for (const given of [null, "a string", bench.fixture.wrongRank(bench.dtype)]) {
        await fails(bench, "a bad argument", f.async(given));
        bench.same("the variable", await bench.read(s), bench.value());
      }
    },
  },
];

async function fails(bench: Bench, what: string, call: Promise<unknown>): Promise<void> {
  const failed = await call.then(
    () => false,
    () => true,
  );
  bench.holds(what, failed, "an error", "no error");
}
