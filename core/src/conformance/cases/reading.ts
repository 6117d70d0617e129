/** The four ways to read a value: copy or borrow, as a host value or as the plugin's own. */
import { isNDArray } from "../../tensor/ndarray.js";
import type { CaseDefinition } from "../case.js";

export const readingCases: readonly CaseDefinition[] = [
  {
    id: "get.copy",
    title: "getValue() never aliases the storage",
    run: async (bench) => {
      const s = bench.make(bench.value());
      bench.fixture.mutate(await bench.read(s));
      bench.same("storage after a copy was changed", await bench.read(s), bench.value());
    },
  },
  {
    id: "get.current",
    title: "getValue() gives the value of now, however often it is read",
    run: async (bench) => {
      const s = bench.make(bench.value());
      await bench.read(s);
      for (const variant of [1, 2, 0]) {
        s.setValue(bench.value(variant));
        bench.same("copy", await bench.read(s), bench.value(variant));
        bench.same("borrowed", await bench.read(s, true), bench.value(variant));
      }
    },
  },
  {
    id: "get.borrow-internal",
    title: "getValue({ borrow, returnInternalType }) is always the very storage",
    run: (bench) => {
      const s = bench.make(bench.value());
      const get = (): unknown => s.getValue({ borrow: true, returnInternalType: true });
      const first = get();
      bench.holds("the same object twice", first === get(), "one object", "two objects");
      bench.holds("what the container keeps", first === s.container.cell.value, "the storage", "a copy");
    },
  },
  {
    id: "get.internal-copy",
    title: "getValue({ returnInternalType }) is a copy of the internal value",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const copy = s.getValue({ returnInternalType: true });
      bench.holds("another object", copy !== s.container.cell.value, "a copy", "the storage itself");
      const host = await s.type.toHostAsync(copy, { borrow: true });
      bench.same("the copy", host, bench.value());
      bench.fixture.mutate(host);
      bench.same("storage after the copy was changed", await bench.read(s), bench.value());
      const another = s.getValue({ returnInternalType: true });
      s.setValue(bench.value(1));
      s.dispose();
      bench.make(bench.value(2));
      bench.same(
        "the copy after the variable is gone",
        await s.type.toHostAsync(another, { borrow: false }),
        bench.value(),
      );
    },
  },
  {
    id: "get.sync-read",
    title: "getValue() works without waiting exactly if declared; getValueAsync() always does",
    run: async (bench) => {
      const { syncRead } = bench.plugin.supports;
      const s = bench.make(bench.value());
      const own = s.type.syncRead;
      bench.holds("syncRead of the Type", own === syncRead, String(syncRead), String(own));
      bench.same("getValueAsync()", await s.getValueAsync(), bench.value());
      if (syncRead) bench.same("getValue()", s.getValue(), bench.value());
      else bench.refuses("getValue()", () => s.getValue(), "NEEDS_ASYNC");
    },
  },
  {
    id: "get.into",
    title: "getValueAsync({ into }) writes the value into the array, which is returned",
    applies: ({ fixture, dtype }) => isNDArray(fixture.make(dtype, 0)),
    run: async (bench) => {
      const s = bench.make(bench.value());
      const into = bench.value(1);
      const got = await s.getValueAsync({ into });
      bench.holds("what is returned", got === into, "the array that was given", "another one");
      bench.same("the array", into, bench.value());
      bench.fixture.mutate(into);
      bench.same("storage after the array was changed", await bench.read(s), bench.value());
    },
  },
  {
    id: "get.shape",
    title: "the Type tells the lengths of an internal value without reading it",
    run: (bench) => {
      for (const value of [bench.value(), bench.fixture.resized(bench.dtype)]) {
        const s = bench.make(value);
        const got = s.type.shapeOf(s.getValue({ borrow: true, returnInternalType: true })).join();
        const expected = (value as { readonly shape: readonly number[] }).shape.join();
        bench.holds("lengths", got === expected, `[${expected}]`, `[${got}]`);
      }
    },
  },
];
