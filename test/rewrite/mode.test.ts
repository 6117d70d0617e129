import {
  compile,
  createRuntime,
  defaultRewrites,
  ifElse,
  type Mode,
  matrix,
  rewriteNames,
  scan,
  vector,
} from "@bitale/core";
import { expect, test } from "vitest";

const x = vector("x");
const untouched = "mul";
const text = (mode?: Mode): string => compile([x], x.mul(1).add(x.mul(1)), { mode }).debugPrint();

test("all rewrites but the relaxed ones run by default", () => {
  expect(defaultRewrites).toEqual(rewriteNames.filter((name) => name !== "relaxed"));
  expect(text()).not.toContain(untouched);
  expect(text({})).toBe(text());
  expect(text({ rewrites: "default" })).toBe(text());
});

test("none, a list, and the default ones but for some", () => {
  expect(text({ rewrites: "none" })).toContain(untouched);
  expect(text({ rewrites: [] })).toBe(text({ rewrites: "none" }));
  expect(text({ rewrites: ["merge"] })).toContain("mul [A]");
  expect(text({ rewrites: ["algebra"] })).not.toContain(untouched);
  expect(text({ rewrites: { exclude: ["algebra"] } })).toContain("mul [A]");
  expect(compile([x], x.div(3), { mode: { rewrites: { include: ["relaxed"] } } }).debugPrint()).toContain(
    "mul",
  );
});

test("a print tells rewrites that are not the default ones", () => {
  expect(text()).not.toContain("rewrites");
  expect(text({ rewrites: "none" })).toContain("  rewrites: none\n");
  expect(text({ rewrites: ["algebra", "merge"] })).toContain("  rewrites: merge, algebra\n");
  expect(text({ rewrites: { exclude: ["algebra"] } })).toContain("  rewrites: all but algebra\n");
  expect(text({ rewrites: { include: ["relaxed"], exclude: ["sums"] } })).toContain(
    "  rewrites: all but sums, and relaxed\n",
  );
});

test.each([
  [{ rewrites: ["algebre"] }, /"algebre" is no rewrite[\s\S]*did you mean "algebra"\?/],
  [{ rewrites: ["zzz"] }, /expected: merge, stability/],
  [{ rewrites: "fast" }, /"default", "none", a list of names, or a record is needed/],
  [{ rewrites: { exclude: "algebra" } }, /a list of names is needed/],
  [{ rewrites: { excluded: ["algebra"] } }, /excluded is no option[\s\S]*did you mean exclude\?/],
  [{ rewrite: [] }, /rewrite is no option[\s\S]*did you mean rewrites\?/],
  [{ limits: { seconds: 1 } }, /seconds is no option/],
  [{ limits: { rounds: -1 } }, /mode.limits.rounds[\s\S]*not negative/],
  ["none", /a record is needed/],
])("%j is refused", (mode, message) => {
  expect(() => compile([x], x, { mode: mode as Mode })).toThrow(message);
  expect(() => compile([x], x, { mode: mode as Mode })).toThrow(
    expect.objectContaining({ code: "BAD_OPTION" }),
  );
});

test.each([
  ["nodes", { nodes: 3 }, 1],
  ["rounds", { rounds: 1 }, 0],
  ["milliseconds", { milliseconds: 0 }, 1],
] as const)("at the limit of %s the graph is used as far as it came", (limit, limits, warned) => {
  const warnings: string[] = [];
  const runtime = createRuntime({ plugins: [], warn: (message) => warnings.push(message) });
  const f = runtime.compile([x], x.neg().neg().mul(1).add(x.mul(1)), { mode: { limits }, name: "f" });
  expect(f([1, 2]).toArray()).toEqual([2, 4]);
  const warning = expect.stringMatching(new RegExp(`^f: the rewrites stopped at the limit of \\d+ ${limit}`));
  expect(warnings).toEqual(new Array(warned).fill(warning));
});

test("graphs inside of loops and branches follow the mode", () => {
  const m = matrix("m");
  const [sum] = scan((total, row) => [total.add(row.mul(1)), undefined], { init: [0, 0], sequences: m });
  const condition = vector("c").sum().gt(0);
  const value = (mode: Mode): unknown[] => {
    const f = compile([m, condition], ifElse(condition, sum, sum.mul(2)), { mode });
    return (
      f(
        [
          [1, 2],
          [3, 4],
        ],
        true,
      ) as { toArray(): unknown[] }
    ).toArray();
  };
  expect(value({ rewrites: "none" })).toEqual([4, 6]);
  expect(value({})).toEqual([4, 6]);
});
