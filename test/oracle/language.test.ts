/** The runner itself: parts of the language that few recorded cases use, and that wrong records do fail. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Case, Observation, Step } from "./case-file.js";
import { Deviations, loadDeviations } from "./deviations.js";
import { failureText } from "./report.js";
import { type Result, runCase } from "./run-case.js";

const listed = loadDeviations(join(import.meta.dirname, "deviations.json"));
const vector = (...nd: number[]): object => ({ nd, shape: [nd.length], dtype: "float64" });
const error = (name: string): object => ({ error: { class: name, when: "call" } });

/** A program as pairs of a step and what is recorded for it. */
function run(pairs: readonly (readonly [object, object?])[], deviations = listed): Promise<Result> {
  const program = {
    id: "test",
    area: "test",
    floatX: "float64",
    given: { steps: pairs.map(([step]) => step as Step) },
    expect: { obs: pairs.flatMap(([, seen], step) => (seen ? [{ step, ...seen } as Observation] : [])) },
  } as const satisfies Case;
  return runCase(program, deviations);
}

async function passes(...pairs: readonly (readonly [object, object?])[]): Promise<void> {
  const result = await run(pairs);
  expect(result.verdict === "failed" ? failureText(result) : "passed").toBe("passed");
}

const shared = (name: string, value: object, rest: object = {}): [object] => [
  { op: "shared", name, value, ...rest },
];
const call = (f: string, args: object[] = [], rest: object = {}): object => ({
  op: "call",
  f,
  args,
  ...rest,
});

describe("the language", () => {
  it("has views, parts and lists that change in place", () =>
    passes(
      [{ op: "let", name: "a", value: vector(1, 2, 3, 4) }],
      [{ op: "let", name: "r", view: { of: "a", how: "reshape", shape: [2, 2] } }],
      [{ op: "mutate", target: "r", how: { set: [[1, 0], 9] } }],
      [{ op: "user", name: "a" }, { value: vector(1, 2, 9, 4) }],
      [{ op: "let", name: "l", value: { list: [1], of: "int" } }],
      [{ op: "mutate", target: "l", how: { append: 2 } }],
      [{ op: "user", name: "l" }, { value: { list: [{ int: 1 }, { int: 2 }] } }],
      [{ op: "equal", a: "a", b: "r" }, { equal: false }],
    ));
  it("has generic values of all kinds", () =>
    passes(
      shared("t", { tuple: [1, 2] }),
      [{ op: "get", from: "t" }, { value: { tuple: [{ int: 1 }, { int: 2 }] } }],
      shared("o", { opaque: true }),
      [{ op: "get", from: "o" }, { value: { object: "object" } }],
      shared("d", { dict: { a: { float: 0.5 } } }),
      [{ op: "get", from: "d" }, { value: { dict: { a: { float: 0.5 } } } }],
    ));
  it("calls many times, with the lists of arguments in turn", () =>
    passes(
      shared("s", { float: 0 }),
      [{ op: "input", name: "x", dtype: "float64", shape: [] }],
      [{ op: "function", name: "f", inputs: ["x"], outputs: null, updates: [["s", ["add", "s", "x"]]] }],
      [{ op: "repeat", f: "f", times: 4, args_list: [[{ float: 1 }], [{ float: 10 }]] }],
      [{ op: "get", from: "s" }, { value: { nd: [22], shape: [], dtype: "float64" } }],
    ));
  it("has methods", () =>
    passes(
      shared("s", { nd: [1, 2, 3, 4], shape: [2, 2], dtype: "float64" }),
      [
        {
          op: "function",
          name: "f",
          inputs: [],
          outputs: {
            list: [
              ["method", "s", { name: "sum", axis: 0 }],
              ["method", "s", { name: "T" }],
              ["method", "s", { name: "astype", dtype: "int8" }],
              ["method", "s", { name: "ravel" }],
              ["method", "s", "s", { name: "dot" }],
            ],
          },
        },
      ],
      [
        call("f"),
        {
          outputs: [
            vector(4, 6),
            { nd: [1, 3, 2, 4], shape: [2, 2], dtype: "float64" },
            { nd: [1, 2, 3, 4], shape: [2, 2], dtype: "int8" },
            vector(1, 2, 3, 4),
            { nd: [7, 10, 15, 22], shape: [2, 2], dtype: "float64" },
          ],
        },
      ],
    ));
  it("copies objects that stay linked to each other", () =>
    passes(
      shared("a", { float: 1 }),
      [{ op: "function", name: "f", inputs: [], outputs: "a", updates: [["a", ["add", "a", { int: 1 }]]] }],
      [{ op: "pickle", objs: ["a", "f"], as: ["b", "g"] }],
      [call("g"), { output: { nd: [1], shape: [], dtype: "float64" } }],
      [{ op: "get", from: "b" }, { value: { nd: [2], shape: [], dtype: "float64" } }],
      [{ op: "get", from: "a" }, { value: { nd: [1], shape: [], dtype: "float64" } }],
    ));
  it("takes outputs by name, and records in any order", () =>
    passes(
      [{ op: "input", name: "x", dtype: "float64", shape: [null], varname: "x" }],
      [{ op: "function", name: "f", inputs: ["x"], outputs: { dict: { b: "x", a: ["sum", "x"] } } }],
      [
        call("f", [], { kwargs: { x: vector(1, 2) }, output_subset: ["a"] }),
        { outputs_dict: { a: { nd: [3], shape: [], dtype: "float64" } } },
      ],
    ));
});

describe("wrong records fail", () => {
  const add = { op: "function", name: "f", inputs: [], outputs: ["add", "s", { int: 1 }] };
  it("where a value is another", async () => {
    const result = await run([
      shared("s", vector(1, 2)),
      [{ op: "get", from: "s" }, { value: vector(1, 3) }],
    ]);
    expect(result.verdict).toBe("failed");
    expect(failureText(result)).toContain("> ");
    expect(result.failures[0]).toMatchObject({ step: 1 });
    expect(result.failures[0]?.got).toContain("element 1 is 2 instead of 3");
  });
  it("where an error is expected and none comes, and the other way round", async () => {
    expect((await run([[...shared("s", vector(1)), error("TypeError")]])).verdict).toBe("failed");
    const bad = { op: "shared", name: "s", value: vector(1), kwargs: { bad: 1 } };
    expect((await run([[bad]])).verdict).toBe("failed");
    expect((await run([[bad, error("TypeError")]])).verdict).toBe("passed");
  });
  it("where a crash comes in place of an error", async () => {
    expect((await run([[{ op: "no such step" }, error("TypeError")]])).failures[0]?.got).toContain(
      "not implemented",
    );
    expect((await run([[{ op: "mutate", target: "x", how: {} }, error("TypeError")]])).verdict).toBe(
      "failed",
    );
  });
  it("where something was never made", async () => {
    expect((await run([[{ op: "get", from: "s" }, { skipped: true }]])).verdict).toBe("passed");
    expect((await run([[{ op: "get", from: "s" }, { value: vector(1) }]])).verdict).toBe("failed");
  });
  it("unless Aesara's modes disagree there", async () => {
    const steps = [...shared("s", vector(1)), { op: "get", from: "s" }] as Step[];
    const obs = [{ step: 1, value: vector(2) }] as unknown as Observation[];
    const program: Case = {
      id: "test",
      area: "test",
      floatX: "float64",
      mode_dependent_steps: { FAST_COMPILE: [1] },
      given: { steps },
      expect: { obs },
    };
    const result = await runCase(program, listed);
    expect(result.verdict).toBe("skipped");
    expect(result.deviations[0]?.deviation.letter).toBe("G");
  });
  it("but not where floatX rules a list of floats, refused by Aesara: the program goes on from the record", async () => {
    const result = await run([
      shared("s", vector(1, 2)),
      [{ op: "set", to: "s", value: { list: [0.5, 0.1], of: "float" } }, error("TypeError")],
    ]);
    expect([result.verdict, result.deviations[0]?.deviation.letter]).toEqual(["skipped", "D"]);
    const on = await run([
      shared("s", vector(1, 2)),
      [{ op: "set", to: "s", value: { list: [0.5, 0.1], of: "float" }, catch: true }, error("TypeError")],
      [{ op: "get", from: "s" }, { value: vector(1, 2) }],
    ]);
    expect([on.verdict, on.deviations.length]).toEqual(["passed", 1]);
  });
  it("where a deviation is not listed", async () => {
    const unset = [
      shared("s", vector(1)),
      [{ op: "set", to: "s", value: { none: true } }],
      [{ op: "get", from: "s" }, { value: { none: true } }],
      [add],
      [call("f", [], { catch: true }), error("ValueError")],
      [{ op: "set", to: "s", value: vector(5) }],
      [call("f"), { output: vector(6) }],
    ] as const;
    const result = await run(unset);
    expect(result.verdict).toBe("passed");
    expect(result.deviations.map(({ step, deviation }) => `${step}${deviation.letter}`)).toEqual([
      "1C",
      "2C",
      "4C",
    ]);
    expect((await run(unset, new Deviations([]))).verdict).toBe("failed");
  });
});

describe("atomic calls", () => {
  const program = (after: object): Parameters<typeof run>[0] => [
    shared("a", vector(1, 2)),
    shared("b", vector(5, 6)),
    [{ op: "input", name: "x", dtype: "float64", shape: [null] }],
    [
      {
        op: "function",
        name: "f",
        inputs: ["x"],
        outputs: null,
        updates: [
          ["a", ["add", "a", { float: 1 }]],
          ["b", ["add", "b", "x"]],
        ],
      },
    ],
    [call("f", [vector(1, 1, 1)], { catch: true }), error("ValueError")],
    [{ op: "get", from: "a" }, { value: after }],
    [call("f", [vector(1, 1)]), { outputs: [] }],
    [{ op: "get", from: "b" }, { value: vector(6, 7) }],
  ];
  it("our old value stands in for a recorded one that was half written; the program goes on from the record", async () => {
    const result = await run([...program(vector(2, 3)), [{ op: "get", from: "a" }, { value: vector(3, 4) }]]);
    expect(result.verdict).toBe("passed");
    expect(result.deviations.map(({ deviation }) => deviation.letter)).toEqual(["A"]);
  });
  it("needs no deviation where nothing was written", async () => {
    const result = await run([...program(vector(1, 2)), [{ op: "get", from: "a" }, { value: vector(2, 3) }]]);
    expect(result.verdict).toBe("passed");
    expect(result.deviations).toEqual([]);
  });
});

describe("deviations", () => {
  it("skip a case that is named", async () => {
    const deviations = new Deviations([{ id: "test", letter: "F", reason: "not yet" }]);
    expect((await run([[{ op: "no such step" }]], deviations)).verdict).toBe("skipped");
  });
  it("must be well formed", () => {
    expect(() => new Deviations([{ letter: "A", reason: "x" }])).toThrow("an id or a rule");
    expect(() => new Deviations([{ id: "a", letter: "H" as "A", reason: "x" }])).toThrow("letter");
    expect(() => new Deviations([{ id: "a", letter: "A", reason: "" }])).toThrow("reason");
  });
});
