/** The six promises about memory, and what no backend may do. Declared promises must hold, others must not. */
import type { AliasFlags } from "../../plugin/contract.js";
import type { Bench, CaseDefinition, Subject } from "../case.js";

/** After a value that was handed over or out is changed, the storage follows exactly if it aliases. */
async function follows(
  bench: Bench,
  what: string,
  changed: unknown,
  read: () => Promise<unknown>,
  aliases: boolean,
): Promise<void> {
  bench.fixture.mutate(changed);
  const expected = bench.value();
  if (aliases) bench.fixture.mutate(expected);
  bench.same(`${what} (${aliases ? "aliases" : "does not alias"})`, await read(), expected);
}

/** A set that keeps dtype and shape: whether the internal value stays the same object. */
async function setsInPlace(
  bench: Bench,
  flag: keyof AliasFlags,
  given: unknown,
  stored: unknown,
): Promise<void> {
  const s = bench.make(bench.value());
  const before = s.container.cell.value;
  s.setValue(given);
  const declared = bench.plugin.supports.aliases[flag];
  const kept = s.container.cell.value === before;
  bench.holds(`writes into the storage that is there (${flag})`, kept === declared, `${declared}`, `${kept}`);
  bench.same("the value", await bench.read(s), stored);
}

const borrows =
  (flag: keyof AliasFlags) =>
  ({ plugin }: Subject): boolean =>
    Object.hasOwn(plugin.kwargs, "borrow") || plugin.supports.aliases[flag];

export const memoryCases: readonly CaseDefinition[] = [
  {
    id: "alias.get-borrow",
    title: "getValue({ borrow: true }) gives the storage itself exactly if declared",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const { getBorrowAliases } = bench.plugin.supports.aliases;
      await follows(bench, "storage", await bench.read(s, true), () => bench.read(s), getBorrowAliases);
    },
  },
  {
    id: "alias.construct-copy",
    title: "shared(value) copies, and does not change the value",
    run: async (bench) => {
      const given = bench.value();
      const s = bench.make(given);
      bench.same("the caller's value", given, bench.value());
      await follows(bench, "storage", given, () => bench.read(s), false);
    },
  },
  {
    id: "alias.construct-borrow",
    title: "shared(value, { borrow: true }) keeps the caller's memory exactly if declared",
    applies: borrows("constructBorrowAliases"),
    run: async (bench) => {
      const given = bench.value();
      const s = bench.make(given, { borrow: true });
      const { constructBorrowAliases } = bench.plugin.supports.aliases;
      await follows(bench, "storage", given, () => bench.read(s), constructBorrowAliases);
    },
  },
  {
    id: "alias.set-copy",
    title: "setValue(value) copies, and does not change the value",
    run: async (bench) => {
      const s = bench.make(bench.value(1));
      const given = bench.value();
      s.setValue(given);
      bench.same("the caller's value", given, bench.value());
      await follows(bench, "storage", given, () => bench.read(s), false);
    },
  },
  {
    id: "alias.set-borrow",
    title: "setValue(value, { borrow: true }) keeps the caller's memory exactly if declared",
    run: async (bench) => {
      const s = bench.make(bench.value(1));
      const given = bench.value();
      s.setValue(given, { borrow: true });
      const { setBorrowAliases } = bench.plugin.supports.aliases;
      await follows(bench, "storage", given, () => bench.read(s), setBorrowAliases);
    },
  },
  {
    id: "alias.set-borrow-kept",
    title: "a value that was borrowed is not changed by later sets",
    run: async (bench) => {
      const given = bench.value();
      const s = bench.make(bench.value(1));
      s.setValue(given, { borrow: true });
      s.setValue(bench.value(1));
      bench.same("the caller's value after a set", given, bench.value());
      bench.same("the variable", await bench.read(s), bench.value(1));
    },
  },
  {
    id: "alias.set-in-place",
    title: "setValue of the same dtype and shape writes into the storage that is there exactly if declared",
    run: (bench) => setsInPlace(bench, "setInPlace", bench.value(1), bench.value(1)),
  },
  {
    id: "alias.set-cast-in-place",
    title: "setValue with a cast writes into the storage that is there exactly if declared",
    applies: ({ fixture, dtype }) => fixture.lossless(dtype) !== undefined,
    run: async (bench) => {
      const sample = bench.fixture.lossless(bench.dtype);
      if (sample !== undefined) await setsInPlace(bench, "setCastInPlace", sample.given, sample.stored);
    },
  },
  {
    id: "alias.set-lent",
    title: "setValue never writes into storage that somebody has borrowed",
    run: async (bench) => {
      const s = bench.make(bench.value());
      const borrowed = await bench.read(s, true);
      s.setValue(bench.value(1));
      bench.same("the borrowed view", borrowed, bench.value());
      bench.same("the value", await bench.read(s), bench.value(1));
    },
  },
  {
    id: "dispose.frees",
    title: "a disposed variable refuses to be read, and can be set again",
    run: async (bench) => {
      const s = bench.make(bench.value());
      s.dispose();
      const get = (): unknown => s.getValue({ returnInternalType: true });
      bench.refuses("reading a disposed variable", get, "DISPOSED");
      s.setValue(bench.value(1));
      bench.same("value after a new set", await bench.read(s), bench.value(1));
      s.dispose();
      s.dispose();
    },
  },
  {
    id: "dispose.others",
    title: "storage that was given back is nobody else's",
    run: async (bench) => {
      const [a, b] = [bench.make(bench.value()), bench.make(bench.value(1))];
      a.dispose();
      const [c, d] = [bench.make(bench.value(2)), bench.make(bench.value())];
      bench.same("an older variable", await bench.read(b), bench.value(1));
      bench.same("a newer variable", await bench.read(c), bench.value(2));
      bench.same("another newer variable", await bench.read(d), bench.value());
    },
  },
];
