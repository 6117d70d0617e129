/** What may be set: strict, allowDowncast, ranks. A refused value leaves the old one. */
import type { ErrorCode } from "../../errors.js";
import { scalar } from "../../tensor/symbols.js";
import type { Bench, CaseDefinition, Subject } from "../case.js";

type Options = Readonly<Record<string, unknown>>;

async function refusedAndKept(
  bench: Bench,
  what: string,
  options: Options,
  given: unknown,
  ...codes: ErrorCode[]
): Promise<void> {
  const s = bench.make(bench.value(), options);
  bench.refuses(what, () => s.setValue(given), ...codes);
  bench.same(`value after ${what} was refused`, await bench.read(s), bench.value());
}

/** A set that must work. */
async function stores(bench: Bench, what: string, options: Options, given: unknown, stored: unknown) {
  const s = bench.make(bench.value(), options);
  s.setValue(given);
  bench.same(what, await bench.read(s), stored);
}

const hasLossless = ({ fixture, dtype }: Subject): boolean => fixture.lossless(dtype) !== undefined;
const hasLossy = ({ fixture, dtype }: Subject): boolean => fixture.lossy(dtype) !== undefined;

/** Values that no tensor is made of. */
const nonsense: readonly unknown[] = ["a string", { some: "object" }, () => 1, Symbol("s"), ["a"], [[1], 2]];

export const settingCases: readonly CaseDefinition[] = [
  {
    id: "set.round-trip",
    title: "setValue stores what it is given",
    run: (bench) => stores(bench, "value", {}, bench.value(1), bench.value(1)),
  },
  {
    id: "set.resized",
    title: "lengths may change",
    run: (bench) => {
      const { resized } = bench.fixture;
      return stores(bench, "value", {}, resized(bench.dtype), resized(bench.dtype));
    },
  },
  {
    id: "set.null",
    title: "null and undefined are refused, and the old value stays",
    run: async (bench) => {
      await refusedAndKept(bench, "null", {}, null, "BAD_VALUE");
      await refusedAndKept(bench, "undefined", {}, undefined, "BAD_VALUE");
    },
  },
  {
    id: "set.nonsense",
    title: "what is no tensor is refused, also with allowDowncast, and the old value stays",
    run: async (bench) => {
      for (const given of [...nonsense, scalar("x")]) {
        await refusedAndKept(bench, "a value that is no tensor", {}, given);
        await refusedAndKept(bench, "a value that is no tensor", { allowDowncast: true }, given);
      }
    },
  },
  {
    id: "set.wrong-rank",
    title: "another rank is refused, also with allowDowncast, and the old value stays",
    run: async (bench) => {
      const given = bench.fixture.wrongRank(bench.dtype);
      await refusedAndKept(bench, "another rank", {}, given, "WRONG_RANK");
      await refusedAndKept(bench, "another rank", { allowDowncast: true }, given, "WRONG_RANK");
    },
  },
  {
    id: "set.lossless-cast",
    title: "a dtype that promotes to the variable's is cast",
    applies: hasLossless,
    run: async (bench) => {
      const sample = bench.fixture.lossless(bench.dtype);
      if (sample === undefined) return;
      await stores(bench, "a lossless cast", {}, sample.given, sample.stored);
      await stores(bench, "with allowDowncast: false", { allowDowncast: false }, sample.given, sample.stored);
    },
  },
  {
    id: "set.strict",
    title: "strict takes the right dtype and nothing else",
    run: async (bench) => {
      const { lossless, lossy } = bench.fixture;
      await stores(bench, "the right dtype", { strict: true }, bench.value(1), bench.value(1));
      for (const sample of [lossless(bench.dtype), lossy(bench.dtype)]) {
        if (sample === undefined) continue;
        const options = { strict: true, allowDowncast: true };
        await refusedAndKept(bench, "another dtype under strict", options, sample.given, "WRONG_DTYPE");
      }
    },
  },
  {
    id: "set.lossy-cast",
    title: "a dtype that does not promote to the variable's is refused",
    applies: hasLossy,
    run: async (bench) => {
      const given = bench.fixture.lossy(bench.dtype)?.given;
      for (const allowDowncast of [undefined, false]) {
        await refusedAndKept(bench, "a lossy cast", { allowDowncast }, given, "WRONG_DTYPE", "LOSSY_VALUE");
      }
    },
  },
  {
    id: "set.allow-downcast",
    title: "allowDowncast: true casts anything",
    applies: hasLossy,
    run: async (bench) => {
      const sample = bench.fixture.lossy(bench.dtype);
      if (sample === undefined) return;
      await stores(bench, "a lossy cast", { allowDowncast: true }, sample.given, sample.stored);
    },
  },
  {
    id: "set.literals",
    title: "nested lists of JS numbers fit by value; strict refuses them",
    applies: ({ fixture }) => fixture.literal !== undefined,
    run: async (bench) => {
      const given = bench.fixture.literal?.(bench.dtype);
      const s = bench.make(bench.value(1));
      s.setValue(given);
      bench.same("the value of nested lists", await bench.read(s), bench.value());
      await refusedAndKept(bench, "nested lists under strict", { strict: true }, given, "WRONG_DTYPE");
    },
  },
  {
    id: "set.zero",
    title: "zero() leaves borrowed values alone; with borrow every element becomes 0, as all functions see",
    applies: ({ plugin }) => plugin.supports.syncRead,
    run: async (bench) => {
      const [s, other] = [bench.make(bench.value()), bench.make(bench.value(1))];
      const read = bench.runtime.compile([], s);
      const borrowed = await bench.read(s, true);
      s.zero();
      bench.same("the borrowed value", borrowed, bench.value());
      bench.same("what a function sees", await read.async(), await bench.read(s));
      for (const variable of [s, other]) variable.zero({ borrow: true });
      const [zero, another] = [await bench.read(s), await bench.read(other)];
      bench.same("zeros in place of any values", zero, another);
      const changed = !bench.fixture.same(zero, bench.value()) && !bench.fixture.same(zero, bench.value(1));
      bench.holds("zeros", changed, "other values than before", "the values from before");
      bench.same("zeros, as a function sees them", await read.async(), zero);
    },
  },
  {
    id: "set.internal",
    title: "an internal value is taken as it is, and copied unless borrowed",
    run: async (bench) => {
      const [s, source] = [bench.make(bench.value(1)), bench.make(bench.value())];
      s.setValue(source.getValue({ borrow: true, returnInternalType: true }));
      bench.same("the value", await bench.read(s), bench.value());
      const own = s.container.cell.value !== source.container.cell.value;
      bench.holds("storage of its own", own, "a copy", "the storage of the other variable");
      s.setValue(bench.value(2));
      bench.same("where it came from", await bench.read(source), bench.value());
      const handed = source.getValue({ returnInternalType: true });
      s.setValue(handed, { borrow: true });
      bench.same("a borrowed internal value", await bench.read(s), bench.value());
    },
  },
  {
    id: "set.internal-dtype",
    title: "an internal value of another dtype never changes the dtype of a variable",
    applies: ({ plugin }) => plugin.supports.dtypes.length > 1,
    run: async (bench) => {
      for (const dtype of bench.plugin.supports.dtypes.filter((other) => other !== bench.dtype)) {
        const other = bench.make(bench.fixture.make(dtype, 1));
        const s = bench.make(bench.value());
        const given = other.getValue({ returnInternalType: true });
        let refused = false;
        try {
          s.setValue(given);
        } catch {
          refused = true;
        }
        const now = await bench.read(s);
        if (refused) bench.same("value after a refusal", now, bench.value());
        const got = (now as { readonly dtype: string }).dtype;
        bench.holds(`dtype after an internal value of ${dtype}`, got === bench.dtype, bench.dtype, got);
      }
    },
  },
];
