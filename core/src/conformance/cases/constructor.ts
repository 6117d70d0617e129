/** The protocol between `shared()` and a plugin's constructor. */
import { isBitaleError, NoSharedConstructorError } from "../../errors.js";
import { type DType, dtypes } from "../../tensor/dtype.js";
import { scalar } from "../../tensor/symbols.js";
import { type Bench, type CaseDefinition, ConformanceFailure } from "../case.js";
import { denseArray } from "../dense-fixture.js";

/** What the plugin says to a value. */
function verdictOn(bench: Bench, value: unknown, kwargs: Readonly<Record<string, unknown>>) {
  const { verdicts } = bench.runtime.explain(value, kwargs);
  return verdicts.find((verdict) => verdict.backend === bench.plugin.id);
}

const undeclared = ({ plugin }: Bench): DType[] =>
  dtypes.filter((dtype) => !plugin.supports.dtypes.includes(dtype));

/** Values that almost no kwarg takes. */
const probes: readonly unknown[] = [
  Symbol("probe"),
  () => "probe",
  new Map([["probe", 1]]),
  Number.NaN,
  "pro be",
];

export const constructorCases: readonly CaseDefinition[] = [
  {
    id: "constructor.accepts",
    title: "takes its own values and keeps them",
    run: async (bench) => {
      const s = bench.make(bench.value());
      bench.same("value", await bench.read(s), bench.value());
    },
  },
  {
    id: "constructor.name",
    title: "keeps the name",
    run: (bench) => {
      const { name, container } = bench.make(bench.value(), { name: "given" });
      bench.holds(
        "name",
        name === "given" && container.name === "given",
        "given",
        `${name}, container ${container.name}`,
      );
      const unnamed = bench.make(bench.value()).name;
      bench.holds("no name", unnamed === undefined, "undefined", unnamed);
    },
  },
  {
    id: "constructor.by-name",
    title: "takes its values where the caller asks for this backend by name",
    run: async (bench) => {
      const s = bench.make(bench.value(), { backend: bench.plugin.id });
      bench.same("value", await bench.read(s), bench.value());
    },
  },
  {
    id: "constructor.refuses-foreign",
    title: "refuses values that are not its own, with a reason that reaches the caller",
    run: (bench) => {
      for (const value of bench.fixture.foreign) {
        const own = verdictOn(bench, value, bench.fixture.kwargs);
        bench.holds("verdict on a foreign value", own?.outcome === "refused", "refused", own?.outcome);
        bench.holds("reason of the refusal", own?.reason.trim() !== "", "a reason", "an empty one");
        try {
          bench.make(value);
        } catch (error) {
          const listed =
            error instanceof NoSharedConstructorError &&
            error.candidates.some(({ backend }) => backend === bench.plugin.id);
          bench.holds(
            "error of shared()",
            listed,
            "NoSharedConstructorError with this candidate",
            String(error),
          );
          continue;
        }
        throw new ConformanceFailure("shared() of a foreign value", "NoSharedConstructorError", "a variable");
      }
    },
  },
  {
    id: "constructor.after-refusal",
    title: "a refusal leaves nothing behind: older variables keep their values, new ones can be made",
    run: async (bench) => {
      const older = bench.make(bench.value());
      for (const value of bench.fixture.foreign) {
        try {
          bench.make(value).dispose();
        } catch {
          // What it says is the business of constructor.refuses-foreign.
        }
      }
      bench.same("an older variable", await bench.read(older), bench.value());
      bench.same("a newer variable", await bench.read(bench.make(bench.value(1))), bench.value(1));
    },
  },
  {
    id: "constructor.from-ndarray",
    title: "takes dense arrays without special kwargs exactly if it declares so",
    run: (bench) => {
      const declared = bench.plugin.supports.aliases.constructsFromNDArray;
      const outcome = verdictOn(bench, denseArray(bench.dtype, [2, 2]), {})?.outcome;
      bench.holds("takes an NDArray", (outcome === "taken") === declared, String(declared), outcome);
    },
  },
  {
    id: "constructor.unknown-kwarg",
    title: "is not asked with kwargs that it does not list",
    run: (bench) => {
      bench.refuses(
        "unknown kwarg",
        () => bench.make(bench.value(), { nobodyKnowsThis: 1 }),
        "UNKNOWN_KWARG",
      );
    },
  },
  {
    id: "constructor.bad-kwarg",
    title: "schemas of kwargs judge any value at once, and what they refuse never reaches the constructor",
    run: (bench) => {
      for (const [name, schema] of Object.entries(bench.plugin.kwargs)) {
        for (const probe of probes) {
          const result = schema["~standard"].validate(probe);
          bench.holds(`schema of ${name}`, !(result instanceof Promise), "an answer at once", "a promise");
          if (!("issues" in result) || result.issues === undefined) continue;
          bench.refuses(`bad ${name}`, () => bench.make(bench.value(), { [name]: probe }), "BAD_KWARG");
        }
      }
    },
  },
  {
    id: "constructor.symbolic",
    title: "never sees a symbolic value",
    run: (bench) => {
      bench.refuses("symbolic value", () => bench.make(scalar("x")), "SYMBOLIC_VALUE");
    },
  },
  {
    id: "constructor.fresh-storage",
    title: "gives every variable storage of its own",
    run: async (bench) => {
      const [a, b] = [bench.make(bench.value()), bench.make(bench.value(1))];
      bench.same("first of two", await bench.read(a), bench.value());
      bench.same("second of two", await bench.read(b), bench.value(1));
      b.dispose();
      bench.same("the one after the other was disposed", await bench.read(a), bench.value());
    },
  },
  {
    id: "constructor.dtypes",
    title: "refuses dense arrays of dtypes that it does not declare",
    applies: ({ plugin }) => plugin.supports.aliases.constructsFromNDArray,
    run: (bench) => {
      for (const dtype of undeclared(bench)) {
        let outcome: string | undefined;
        try {
          outcome = verdictOn(bench, denseArray(dtype, [2, 2]), {})?.outcome;
        } catch (error) {
          outcome = isBitaleError(error) ? error.code : String(error);
        }
        bench.holds(`verdict on ${dtype}`, outcome === "refused", "refused", outcome);
      }
    },
  },
];
