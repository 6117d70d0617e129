/** Random graphs compute the same with and without rewrites. */
import {
  abs,
  add,
  cast,
  constant,
  createRuntime,
  div,
  dot,
  exp,
  expandDims,
  flatten,
  floor,
  index,
  invert,
  log,
  logSumExp,
  lt,
  matrix,
  max,
  maximum,
  mean,
  minimum,
  mul,
  type NDArray,
  neg,
  onesLike,
  type RewriteName,
  reshape,
  scalar,
  shapeOf,
  sigmoid,
  sign,
  slice,
  softmax,
  sqrt,
  sub,
  sum,
  type TensorLike,
  tanh,
  tensor,
  transpose,
  type Variable,
  vector,
  where,
  zerosLike,
} from "@bitale/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectSame } from "./compared.js";

/** Rewrites that never come to an end tell so. */
const warnings: string[] = [];
const runtime = createRuntime({ plugins: [], warn: (message) => warnings.push(message) });
const n = 3;

/** How a graph is built: choices that are used up one after another. */
type Choices = () => number;
type Grow = (choice: Choices, depth: number) => Variable;

const choicesOf = (list: readonly number[]): Choices => {
  let at = 0;
  return () => list[at++ % list.length] as number;
};
const pick = <T>(choice: Choices, list: readonly T[]): T => list[choice() % list.length] as T;

const choices = fc.array(fc.nat(1000), { minLength: 30, maxLength: 60 });

/** Compiles with and without, and compares. */
function check(
  inputs: readonly Variable[],
  output: Variable,
  rewrites: readonly RewriteName[] | "default",
  args: readonly TensorLike[],
  tolerance: number,
): void {
  const options = { onUnusedInput: "ignore", allowInputDowncast: true } as const;
  const plain = runtime.compile(inputs, output, { ...options, mode: { rewrites: "none" } });
  const rewritten = runtime.compile(inputs, output, { ...options, mode: { rewrites } });
  expect(warnings.splice(0)).toEqual([]);
  expectSame(rewritten(...args) as NDArray, plain(...args) as NDArray, tolerance);
}

/** Square matrices again: the same values in other places, or of other shapes in between. */
function moved(x: Variable, choice: Choices): Variable {
  const square = (y: Variable): Variable => reshape(y, [index(shapeOf(x), 0), index(shapeOf(x), 1)]);
  return pick(choice, [
    () => transpose(x),
    () => square(flatten(x)),
    () => square(transpose(reshape(expandDims(x, 1), [n, 1, n]), [2, 1, 0])),
    () => reshape(transpose(expandDims(transpose(x), 0), [2, 1, 0]), [n, n]),
    () => index(x, slice(undefined, undefined, -1)),
  ])();
}

const specials = [Number.NaN, 1 / 0, -1 / 0, -0, 0, 1, -1, 2, -0.5, 3, 1e30, 0.25];

test("exact rewrites keep every bit, NaN, infinities and signs of zero included", () => {
  const exact: readonly RewriteName[] = [
    "merge",
    "constantFolding",
    "algebra",
    "conditions",
    "casts",
    "shapes",
    "broadcasts",
    "deadCode",
  ];
  const [x, y, v, s] = [matrix("x"), matrix("y"), vector("v"), scalar("s")];
  const leaf = (choice: Choices): Variable =>
    pick(choice, [
      () => x,
      () => y,
      () => v.add(zerosLike(x)),
      () => onesLike(x).mul(s),
      () => mul(constant([0, 1, -1, 2, -0][choice() % 5] as number, { dtype: "float32" }), onesLike(y)),
    ])();
  const literal = (choice: Choices): number => pick(choice, [0, 1, -1, 2, -0, 4, 0.5]);
  const grow: Grow = (choice, depth) => {
    if (depth === 0) return leaf(choice);
    const next = (): Variable => grow(choice, depth - 1);
    return pick(choice, [
      () => add(next(), next()),
      () => sub(next(), next()),
      () => mul(next(), next()),
      () => div(next(), next()),
      () => add(next(), literal(choice)),
      () => sub(next(), literal(choice)),
      () => mul(next(), literal(choice)),
      () => div(next(), literal(choice)),
      () => neg(next()),
      () => abs(next()),
      () => sign(next()),
      () => floor(next()),
      () => maximum(next(), next()),
      () => minimum(next(), literal(choice)),
      () => {
        const [a, b] = [next(), next()];
        const condition = lt(a, b);
        return where(pick(choice, [condition, invert(condition), constant(true)]), a, pick(choice, [a, b]));
      },
      () => cast(cast(next(), "float64"), "float32"),
      () => cast(cast(cast(lt(next(), next()), "int32"), "int64"), "float32"),
      () => moved(next(), choice),
      () => moved(moved(next(), choice), choice),
      () => max(next(), { axis: choice() % 2, keepDims: true }).add(zerosLike(x)),
      () => where(lt(next(), literal(choice)), zerosLike(x), next()),
    ])();
  };
  fc.assert(
    fc.property(choices, fc.integer({ min: 1, max: 5 }), fc.nat(11), (list, depth, shift) => {
      const at = (i: number): number => specials[(i + shift) % specials.length] as number;
      const filled = (from: number): number[][] =>
        Array.from({ length: n }, (_, row) =>
          Array.from({ length: n }, (__, column) => at(from + row * n + column)),
        );
      const args = [filled(0), filled(5), [at(1), at(4), at(9)], at(7)];
      check([x, y, v, s], grow(choicesOf(list), depth), exact, args, 0);
    }),
    { numRuns: 300 },
  );
});

test("integers wrap in the same way", () => {
  const [x, y] = [
    tensor("x", { dtype: "int8", shape: [null, null] }),
    tensor("y", { dtype: "int8", shape: [null, null] }),
  ];
  const literal = (choice: Choices): number => pick(choice, [0, 1, -1, 2, 3, 100]);
  const grow: Grow = (choice, depth) => {
    if (depth === 0) return pick(choice, [x, y, zerosLike(x), onesLike(y)]);
    const next = (): Variable => grow(choice, depth - 1);
    return pick(choice, [
      () => add(next(), next()),
      () => sub(next(), next()),
      () => mul(next(), next()),
      () => {
        const a = next();
        return sub(a, pick(choice, [a, next()]));
      },
      () => add(add(next(), literal(choice)), literal(choice)),
      () => mul(mul(next(), literal(choice)), literal(choice)),
      () => next().pow(choice() % 5),
      () => neg(next()),
      () => abs(next()),
      () => maximum(next(), literal(choice)),
      () => next().floorDiv(pick(choice, [1, 2, 0])),
      () => where(invert(lt(next(), next())), next(), literal(choice)),
      () => cast(cast(next(), pick(choice, ["int16", "int64", "float64", "uint8"] as const)), "int8"),
      () => moved(next(), choice),
      () => cast(sum(next(), { axis: choice() % 2, keepDims: true }), "int8").add(zerosLike(x)),
    ])();
  };
  fc.assert(
    fc.property(choices, fc.integer({ min: 1, max: 5 }), fc.nat(100), (list, depth, seed) => {
      const filled = (from: number): number[][] =>
        Array.from({ length: n }, (_, row) =>
          Array.from(
            { length: n },
            (__, column) => ((from + seed * 37 + row * 91 + column * 53) % 256) - 128,
          ),
        );
      check([x, y], grow(choicesOf(list), depth), "default", [filled(0), filled(17)], 0);
    }),
    { numRuns: 300 },
  );
});

test("all default rewrites agree to many digits where the literal formula is accurate", () => {
  const [x, y, v] = [matrix("x", "float64"), matrix("y", "float64"), vector("v", "float64")];
  // Every step gives positive numbers of moderate size: nothing cancels or overflows.
  const tame = (z: Variable): Variable => add(tanh(z), 0.25);
  const grow: Grow = (choice, depth) => {
    if (depth === 0) return pick(choice, [x, y, v.mul(onesLike(x))]);
    const next = (): Variable => tame(grow(choice, depth - 1));
    return pick(choice, [
      () => add(next(), next()),
      () => mul(next(), next()),
      () => div(next(), next()),
      () => next().pow(pick(choice, [2, 3, 4, 0.5, -1, 1, -0.5])),
      () => sqrt(mul(next(), next())),
      () => {
        const z = next();
        return sqrt(mul(z, z));
      },
      () => {
        const z = sqrt(next());
        return mul(z, z);
      },
      () => log(add(1, exp(next()))),
      () => div(1, add(1, exp(neg(next())))),
      () => sub(1, sigmoid(next())),
      () => neg(log(sigmoid(next()))),
      () => neg(log(softmax(next()))),
      () => log(exp(next())),
      () => sub(exp(next()), 1),
      () => add(log(sum(exp(next()), { axis: 1, keepDims: true })), zerosLike(x)),
      () => add(logSumExp(next(), { axis: 0, keepDims: true }), zerosLike(x)),
      () => dot(next(), transpose(next())),
      () => transpose(dot(transpose(next()), next())),
      () => add(expandDims(sum(mul(pick(choice, [x, y]), v), { axis: 1 }), 1), zerosLike(x)),
      () => sum(mul(expandDims(pick(choice, [x, y]), 2), expandDims(y, 0)), { axis: 1 }),
      () => mul(mean(next()), onesLike(x)),
      () => mul(sum(sum(moved(next(), choice), { axis: 0 })), onesLike(x)),
      () => add(sum(onesLike(x).mul(0.5), { axis: 0 }), next()),
      () => moved(next(), choice),
      () => max(next(), { axis: 1, keepDims: true }).mul(next()),
    ])();
  };
  fc.assert(
    fc.property(choices, fc.integer({ min: 1, max: 4 }), fc.nat(50), (list, depth, seed) => {
      const number = (i: number): number => 0.5 + (((seed + i) * 29) % 17) / 12;
      const filled = (from: number): number[][] =>
        Array.from({ length: n }, (_, row) =>
          Array.from({ length: n }, (__, column) => number(from + row * n + column)),
        );
      const args = [filled(0), filled(9), [number(3), number(5), number(6)]];
      check([x, y, v], grow(choicesOf(list), depth), "default", args, 1e-9);
    }),
    { numRuns: 300 },
  );
});
