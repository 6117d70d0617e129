/** Formulas of large arguments: values and gradients stay finite and right, with whatever is written by hand. */
import {
  add,
  div,
  exp,
  grad,
  log,
  log1p,
  matrix,
  type NDArray,
  neg,
  sigmoid,
  softmax,
  sub,
  sum,
  type Variable,
  vector,
} from "@bitale/core";
import { expect, test } from "vitest";
import { runtime } from "./compared.js";

type Formula = (x: Variable) => Variable;
const numbers = (value: unknown): number[] => [...((value as NDArray).flat() as Iterable<number>)];

/** Value and slope of an elementwise formula at a few places. */
function valueAndSlope(formula: Formula, at: readonly number[]): { values: number[]; slopes: number[] } {
  const x = vector("x", "float64");
  const y = formula(x);
  const f = runtime.compile([x], [y, grad(sum(y), x)]);
  const [values, slopes] = f(at as number[]);
  return { values: numbers(values), slopes: numbers(slopes) };
}
const sigma = (x: number): number => 1 / (1 + Math.exp(-x));

const cases: readonly {
  name: string;
  formula: Formula;
  value: (x: number) => number;
  slope?: (x: number) => number;
}[] = [
  {
    name: "log(1 + exp(x))",
    formula: (x) => log(add(1, exp(x))),
    value: (x) => (x > 0 ? x : 0),
    slope: (x) => (x > 0 ? 1 : 0),
  },
  { name: "log1p(exp(x))", formula: (x) => log1p(exp(x)), value: (x) => (x > 0 ? x : 0), slope: sigma },
  {
    name: "log(sigmoid(x))",
    formula: (x) => log(sigmoid(x)),
    value: (x) => (x > 0 ? 0 : x),
    slope: (x) => sigma(-x),
  },
  {
    name: "log(1 - sigmoid(x))",
    formula: (x) => log(sub(1, sigmoid(x))),
    value: (x) => (x > 0 ? -x : 0),
    slope: (x) => -sigma(x),
  },
  {
    name: "1 / (1 + exp(-x))",
    formula: (x) => div(1, add(1, exp(neg(x)))),
    value: sigma,
    slope: () => 0,
  },
  {
    name: "log(1 / (1 + exp(-x)))",
    formula: (x) => log(div(1, add(1, exp(neg(x))))),
    value: (x) => (x > 0 ? 0 : x),
  },
  { name: "log(exp(x))", formula: (x) => log(exp(x)), value: (x) => x, slope: () => 1 },
];

test.each(cases)("$name at -1000 and 1000", ({ formula, value, slope }) => {
  const at = [-1000, 1000];
  const { values, slopes } = valueAndSlope(formula, at);
  at.forEach((x, i) => {
    expect(values[i]).toBeCloseTo(value(x), 9);
    if (slope !== undefined) expect(slopes[i]).toBeCloseTo(slope(x), 9);
  });
});

test.each([true, false])("log(sum(exp(x))) with rows of large numbers, axes kept: %s", (keepDims) => {
  const x = matrix("x", "float64");
  const y = log(sum(exp(x), { axis: 1, keepDims }));
  const [values, slopes] = runtime.compile(
    [x],
    [y, grad(sum(y), x)],
  )([
    [1000, 1000],
    [-1000, -1001],
  ]);
  const [first, second] = [1000 + Math.LN2, -1000 + Math.log1p(Math.exp(-1))];
  const got = numbers(values);
  expect(got[0]).toBeCloseTo(first, 9);
  expect(got[1]).toBeCloseTo(second, 9);
  numbers(slopes).forEach((slope, i) =>
    expect(slope).toBeCloseTo([0.5, 0.5, sigma(1), sigma(-1)][i] as number, 9),
  );
});

test("log(softmax(x)) and its gradient where softmax underflows", () => {
  const x = matrix("x", "float64");
  const y = log(softmax(x));
  const f = runtime.compile([x], [y, grad(sum(y), x)]);
  const [values, slopes] = f([[1000, 0, -1000]]);
  expect(numbers(values)).toEqual([0, -1000, -2000]);
  expect(numbers(slopes)).toEqual([-2, 1, 1]);
});

test("without stability the literal formula overflows", () => {
  const x = vector("x", "float64");
  const f = runtime.compile([x], log(add(1, exp(x))), { mode: { rewrites: { exclude: ["stability"] } } });
  expect(numbers(f([1000]))).toEqual([Number.POSITIVE_INFINITY]);
});

test("a softmax by hand of large numbers", () => {
  const x = matrix("x", "float64");
  const f = runtime.compile([x], exp(x).div(sum(exp(x), { axis: 1, keepDims: true })));
  expect(numbers(f([[1000, 1000]]))).toEqual([0.5, 0.5]);
});
