/** The four ways to read a value, and the six promises about memory. Declared promises must hold, others must not. */
import type { Bench, CaseDefinition } from "../case.js";

const value = (bench: Bench, variant = 0): unknown => bench.fixture.make(bench.dtype, variant);

/** What `mutate` makes of a variant. */
function mutated(bench: Bench, variant: number): unknown {
  const copy = value(bench, variant);
  bench.fixture.mutate(copy);
  return copy;
}

/** After `handed` was changed from outside, the storage follows exactly if it aliases. */
async function follows(
  bench: Bench,
  what: string,
  handed: unknown,
  read: () => Promise<unknown>,
  aliases: boolean,
): Promise<void> {
  bench.fixture.mutate(handed);
  bench.same(
    `${what} (${aliases ? "aliases" : "does not alias"})`,
    await read(),
    aliases ? mutated(bench, 0) : value(bench),
  );
}

export const memoryCases: readonly CaseDefinition[] = [
  {
    id: "get.copy",
    title: "getValue() never aliases the storage",
    run: async (bench) => {
      const s = bench.make(value(bench));
      await follows(
        bench,
        "storage after a copy was changed",
        await bench.read(s),
        () => bench.read(s),
        false,
      );
    },
  },
  {
    id: "alias.get-borrow",
    title: "getValue({ borrow: true }) gives the storage itself exactly if declared",
    run: async (bench) => {
      const s = bench.make(value(bench));
      const { getBorrowAliases } = bench.plugin.supports.aliases;
      await follows(bench, "storage", await bench.read(s, true), () => bench.read(s), getBorrowAliases);
    },
  },
  {
    id: "get.borrow-internal",
    title: "getValue({ borrow, returnInternalType }) is always the very storage",
    run: (bench) => {
      const s = bench.make(value(bench));
      const get = (): unknown => s.getValue({ borrow: true, returnInternalType: true });
      const first = get();
      bench.holds("the same object twice", first === get(), "one object");
      bench.holds("what the container keeps", first === s.container.cell.value, "the content of the cell");
    },
  },
  {
    id: "get.internal-copy",
    title: "getValue({ returnInternalType }) is a copy of the internal value",
    run: async (bench) => {
      const s = bench.make(value(bench));
      const copy = s.getValue({ returnInternalType: true });
      bench.holds("another object", copy !== s.container.cell.value, "a copy");
      const host = await s.type.toHostAsync(copy, { borrow: true });
      bench.same("the copy", host, value(bench));
      await follows(bench, "storage after the copy was changed", host, () => bench.read(s), false);
    },
  },
  {
    id: "alias.construct-copy",
    title: "shared(value) copies",
    run: async (bench) => {
      const given = value(bench);
      const s = bench.make(given);
      await follows(bench, "storage", given, () => bench.read(s), false);
    },
  },
  {
    id: "alias.construct-borrow",
    title: "shared(value, { borrow: true }) keeps the caller's memory exactly if declared",
    applies: ({ plugin }) => Object.hasOwn(plugin.kwargs, "borrow"),
    run: async (bench) => {
      const given = value(bench);
      const s = bench.make(given, { borrow: true });
      await follows(
        bench,
        "storage",
        given,
        () => bench.read(s),
        bench.plugin.supports.aliases.constructBorrowAliases,
      );
    },
  },
  {
    id: "alias.set-copy",
    title: "setValue(value) copies, and does not change the value",
    run: async (bench) => {
      const s = bench.make(value(bench, 1));
      const given = value(bench);
      s.setValue(given);
      bench.same("the caller's value", given, value(bench));
      await follows(bench, "storage", given, () => bench.read(s), false);
    },
  },
  {
    id: "alias.set-borrow",
    title: "setValue(value, { borrow: true }) keeps the caller's memory exactly if declared",
    run: async (bench) => {
      const s = bench.make(value(bench, 1));
      const given = value(bench);
      s.setValue(given, { borrow: true });
      await follows(
        bench,
        "storage",
        given,
        () => bench.read(s),
        bench.plugin.supports.aliases.setBorrowAliases,
      );
    },
  },
  {
    id: "alias.set-in-place",
    title: "setValue writes into storage that is borrowed exactly if declared",
    applies: ({ plugin }) => plugin.supports.aliases.getBorrowAliases,
    run: async (bench) => {
      const s = bench.make(value(bench));
      const borrowed = await bench.read(s, true);
      s.setValue(value(bench, 1));
      bench.same(
        "the borrowed view",
        borrowed,
        value(bench, bench.plugin.supports.aliases.setInPlace ? 1 : 0),
      );
      bench.same("the value", await bench.read(s), value(bench, 1));
    },
  },
  {
    id: "alias.set-cast-in-place",
    title: "setValue with a cast writes into storage that is borrowed exactly if declared",
    applies: ({ plugin, fixture }) =>
      plugin.supports.aliases.getBorrowAliases && fixture.lossless !== undefined,
    run: async (bench) => {
      const other = bench.fixture.lossless?.(bench.dtype);
      if (other === undefined) return;
      const s = bench.make(value(bench));
      const borrowed = await bench.read(s, true);
      s.setValue(other);
      const now = await bench.read(s);
      bench.same(
        "the borrowed view",
        borrowed,
        bench.plugin.supports.aliases.setCastInPlace ? now : value(bench),
      );
    },
  },
  {
    id: "dispose.frees",
    title: "a disposed variable refuses to be read, and can be set again",
    run: async (bench) => {
      const s = bench.make(value(bench));
      s.dispose();
      bench.refuses("reading a disposed variable", () => s.getValue({ returnInternalType: true }));
      s.setValue(value(bench, 1));
      bench.same("value after a new set", await bench.read(s), value(bench, 1));
    },
  },
];
