/** What may be set: strict, allowDowncast, ranks; every declared dtype comes back as it went in. */
import type { Bench, CaseDefinition } from "../case.js";
import { denseOf, edgeValues } from "../fixture.js";

const value = (bench: Bench, variant = 0): unknown => bench.fixture.make(bench.dtype, variant);

/** A refused value must leave the old one. */
async function refusedAndKept(bench: Bench, what: string, options: object, given: unknown): Promise<void> {
  const s = bench.make(value(bench), options as Readonly<Record<string, unknown>>);
  bench.refuses(what, () => s.setValue(given));
  bench.same(`value after ${what} was refused`, await bench.read(s), value(bench));
}

export const valueCases: readonly CaseDefinition[] = [
  {
    id: "set.round-trip",
    title: "setValue stores what it is given",
    run: async (bench) => {
      const s = bench.make(value(bench));
      s.setValue(value(bench, 1));
      bench.same("value", await bench.read(s), value(bench, 1));
    },
  },
  {
    id: "set.resized",
    title: "lengths may change",
    run: async (bench) => {
      const s = bench.make(value(bench));
      s.setValue(bench.fixture.resized(bench.dtype));
      bench.same("value", await bench.read(s), bench.fixture.resized(bench.dtype));
    },
  },
  {
    id: "set.null",
    title: "null and undefined are refused, and the old value stays",
    run: async (bench) => {
      await refusedAndKept(bench, "null", {}, null);
      await refusedAndKept(bench, "undefined", {}, undefined);
    },
  },
  {
    id: "set.wrong-rank",
    title: "another rank is refused, and the old value stays",
    run: (bench) => refusedAndKept(bench, "another rank", {}, bench.fixture.wrongRank(bench.dtype)),
  },
  {
    id: "set.lossless-cast",
    title: "a dtype that promotes to the variable's is cast; strict refuses it",
    applies: ({ fixture }) => fixture.lossless !== undefined,
    run: async (bench) => {
      const other = bench.fixture.lossless?.(bench.dtype);
      if (other === undefined) return;
      const s = bench.make(value(bench));
      const before = await bench.read(s);
      s.setValue(other);
      bench.holds("a new value", !bench.fixture.same(await bench.read(s), before), "the cast value");
      await refusedAndKept(bench, "a cast under strict", { strict: true }, other);
    },
  },
  {
    id: "set.lossy-cast",
    title: "a lossy cast needs allowDowncast",
    applies: ({ fixture }) => fixture.lossy !== undefined,
    run: async (bench) => {
      const other = bench.fixture.lossy?.(bench.dtype);
      if (other === undefined) return;
      await refusedAndKept(bench, "a lossy cast", {}, other);
      await refusedAndKept(bench, "a lossy cast with allowDowncast: false", { allowDowncast: false }, other);
      const s = bench.make(value(bench), { allowDowncast: true });
      s.setValue(other);
      bench.holds("a new value", !bench.fixture.same(await bench.read(s), value(bench)), "the cast value");
    },
  },
  {
    id: "set.strict-same-dtype",
    title: "strict takes the right dtype",
    run: async (bench) => {
      const s = bench.make(value(bench), { strict: true });
      s.setValue(value(bench, 1));
      bench.same("value", await bench.read(s), value(bench, 1));
    },
  },
  {
    id: "value.dtypes",
    title: "every declared dtype comes back as it went in, and keeps its dtype",
    run: async (bench) => {
      for (const dtype of bench.plugin.supports.dtypes) {
        const s = bench.make(bench.fixture.make(dtype, 0));
        bench.same(`${dtype} value`, await bench.read(s), bench.fixture.make(dtype, 0));
      }
    },
  },
  {
    id: "value.edges",
    title: "infinities, NaN and the ends of integer ranges survive",
    applies: ({ plugin }) => plugin.supports.aliases.constructsFromNDArray,
    run: async (bench) => {
      for (const dtype of bench.plugin.supports.dtypes) {
        const limited = dtype === "int64" && bench.plugin.supports.int64 === "int32-range";
        const edges = limited ? denseOf("int64", [3]) : edgeValues(dtype);
        const s = bench.make(edges.copy());
        bench.same(`${dtype} edges`, await bench.read(s), edges);
      }
    },
  },
  {
    id: "value.shapes",
    title: "0-d, empty and higher ranks come back as they went in",
    applies: ({ plugin }) => plugin.supports.aliases.constructsFromNDArray,
    run: async (bench) => {
      for (const shape of [[], [0], [1], [5], [2, 0, 3], [2, 1, 3], [1, 2, 3, 2]]) {
        const array = denseOf(bench.dtype, shape);
        bench.same(`shape [${shape}]`, await bench.read(bench.make(array.copy())), array);
      }
    },
  },
];
