import { isBitaleError } from "../../errors.js";
import { scalar } from "../../tensor/symbols.js";
import type { CaseDefinition } from "../case.js";
import { denseOf } from "../fixture.js";

const codeOf = (body: () => unknown): string => {
  try {
    body();
    return "no error";
  } catch (error) {
    return isBitaleError(error) ? error.code : String(error);
  }
};

export const constructorCases: readonly CaseDefinition[] = [
  {
    id: "constructor.accepts",
    title: "takes its own values and keeps them",
    run: async (bench) => {
      const s = bench.make(bench.fixture.make(bench.dtype, 0));
      bench.same("value", await bench.read(s), bench.fixture.make(bench.dtype, 0));
    },
  },
  {
    id: "constructor.name",
    title: "keeps the name",
    run: (bench) => {
      const s = bench.make(bench.fixture.make(bench.dtype, 0), { name: "given" });
      bench.holds(
        "name",
        s.name === "given" && s.container.name === "given",
        "given",
        `${s.name}, container ${s.container.name}`,
      );
      bench.holds("no name", bench.make(bench.fixture.make(bench.dtype, 0)).name === undefined, "undefined");
    },
  },
  {
    id: "constructor.refuses-foreign",
    title: "refuses values that are not its own with a refusal",
    run: (bench) => {
      for (const value of bench.fixture.foreign) {
        const decision = bench.runtime.explain(value, bench.fixture.kwargs);
        const own = decision.verdicts.find((verdict) => verdict.backend === bench.plugin.id);
        bench.holds("verdict on a foreign value", own?.outcome === "refused", "refused", own?.outcome);
      }
    },
  },
  {
    id: "constructor.from-ndarray",
    title: "takes dense arrays without special kwargs exactly if it declares so",
    run: (bench) => {
      const declared = bench.plugin.supports.aliases.constructsFromNDArray;
      const { verdicts } = bench.runtime.explain(denseOf(bench.dtype, [2, 2]));
      const own = verdicts.find((verdict) => verdict.backend === bench.plugin.id);
      bench.holds(
        "takes an NDArray",
        (own?.outcome === "taken") === declared,
        String(declared),
        own?.outcome,
      );
    },
  },
  {
    id: "constructor.unknown-kwarg",
    title: "is not asked with kwargs that it does not list",
    run: (bench) => {
      const value = bench.fixture.make(bench.dtype, 0);
      const code = codeOf(() => bench.make(value, { nobodyKnowsThis: 1 }));
      bench.holds("unknown kwarg", code === "UNKNOWN_KWARG", "UNKNOWN_KWARG", code);
    },
  },
  {
    id: "constructor.symbolic",
    title: "never sees a symbolic value",
    run: (bench) => {
      const code = codeOf(() => bench.make(scalar("x")));
      bench.holds("symbolic value", code === "SYMBOLIC_VALUE", "SYMBOLIC_VALUE", code);
    },
  },
  {
    id: "constructor.fresh-storage",
    title: "gives every variable storage of its own",
    run: async (bench) => {
      const [a, b] = [0, 1].map((variant) => bench.make(bench.fixture.make(bench.dtype, variant)));
      bench.same("first of two", await bench.read(a as never), bench.fixture.make(bench.dtype, 0));
      bench.same("second of two", await bench.read(b as never), bench.fixture.make(bench.dtype, 1));
    },
  },
];
