/** Operands for every primitive: small, finite, inside of the domain, with ties, negative steps and repeated indices. */
import { isBitaleError } from "../errors.js";
import { castScalar } from "../tensor/cast.js";
import { type DType, isFloat, kindOf } from "../tensor/dtype.js";
import { emptyNDArray, type NDArray, writeElement } from "../tensor/ndarray.js";
import {
  argReductionNames,
  type BinaryName,
  binaryNames,
  cumulativeNames,
  type LoweredName,
  type LoweredParams,
  type ReductionName,
  reductionNames,
  type UnaryName,
  unaryNames,
} from "../tensor/primitives.js";
import type { TensorFacts, TypeRule } from "../tensor/type-rules/rule.js";
import { typeRules } from "../tensor/type-rules/table.js";

/** One use of a primitive. */
export interface PrimitiveSample<N extends LoweredName = LoweredName> {
  readonly params: LoweredParams[N];
  readonly inputs: readonly NDArray[];
  /** Of the result. */
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly scalars: readonly number[];
}

/** Samples for a dtype and a dtype of indices; none where the primitive is not defined for it. */
type SampleRule<N extends LoweredName> = (dtype: DType, indices: DType) => readonly PrimitiveSample<N>[];

const anything = [-1.75, 0.5, 2.25, -0.25, 1.5, 0, 0.75];
const positive = [0.25, 1.5, 3, 0.75, 2.25];
const unit = [-0.75, 0.5, 0.25, -0.25, 0.875];
const halves = [0.5, 1.5, -2.5, 2.25, -0.5, -1.75, 3];
const divisors = [0.5, -2, 1.5, 4, -0.75];
const integers = [-7, 3, 0, 5, -1, 2, 100];
const naturals = [7, 3, 0, 5, 1, 2, 100];
const nonzero = [3, 7, 1, 2, 5];

/** An array that repeats a list; the dtype decides which list. */
function repeat(
  dtype: DType,
  shape: readonly number[],
  lists: { readonly floats?: readonly number[]; readonly ints?: readonly number[] } = {},
): NDArray {
  const { floats = anything, ints = kindOf(dtype) === "int" ? integers : naturals } = lists;
  const list = isFloat(dtype) ? floats : dtype === "bool" ? [1, 0, 0, 1, 1] : ints;
  const array = emptyNDArray(shape, dtype);
  for (let i = 0; i < array.data.length; i++) {
    writeElement(array, i, castScalar(list[i % list.length] as number, dtype));
  }
  return array;
}

/** A sample whose result follows from its operands; none where the type rule refuses them. */
function sample<N extends Exclude<LoweredName, "cast" | "iota" | "randomBits">>(
  name: N,
  params: LoweredParams[N],
  ...inputs: readonly NDArray[]
): readonly PrimitiveSample<N>[] {
  const rule = typeRules[name] as unknown as TypeRule<"add">;
  try {
    const facts = rule.infer(params as never, inputs as readonly TensorFacts[], []);
    return [{ params, inputs, dtype: facts.dtype, shape: facts.shape as readonly number[], scalars: [] }];
  } catch (error) {
    if (isBitaleError(error, "BAD_OPERAND")) return [];
    throw error;
  }
}

const unaryDomains: { readonly [N in UnaryName]?: readonly number[] } = {
  log: positive,
  log1p: positive,
  sqrt: positive,
  arcsin: unit,
  arccos: unit,
  floor: halves,
  ceil: halves,
  round: halves,
  trunc: halves,
};
const unaryRule =
  <N extends UnaryName>(name: N): SampleRule<N> =>
  (dtype) => {
    const floats = unaryDomains[name] ?? anything;
    return [[2, 3], [], [0, 2]].flatMap((shape) =>
      sample(name, {} as never, repeat(dtype, shape, { floats })),
    );
  };

const binaryDomains: {
  readonly [N in BinaryName]?: { readonly floats: readonly number[]; readonly ints: readonly number[] };
} = {
  div: { floats: divisors, ints: nonzero },
  floorDiv: { floats: divisors, ints: nonzero },
  mod: { floats: divisors, ints: nonzero },
  pow: { floats: unit, ints: [0, 1, 2, 3] },
};
const binaryRule =
  <N extends BinaryName>(name: N): SampleRule<N> =>
  (dtype) => {
    if (dtype === "bool" && (name === "floorDiv" || name === "mod")) return [];
    const left = (shape: readonly number[]) =>
      name === "pow" ? repeat(dtype, shape, { floats: positive }) : repeat(dtype, shape);
    const right = (shape: readonly number[]) => repeat(dtype, shape, binaryDomains[name]);
    return [
      ...sample(name, {} as never, left([4, 7]), right([4, 7])),
      ...sample(name, {} as never, left([2, 3]), right([3])),
      ...sample(name, {} as never, left([]), right([2, 1])),
    ];
  };

const reductionRule =
  <N extends ReductionName>(name: N): SampleRule<N> =>
  (dtype) => {
    if (dtype === "bool" && (name === "sum" || name === "prod")) return [];
    return [[1], [0, 2], [0, 1, 2]].flatMap((axes) =>
      sample(name, { axes } as never, repeat(dtype, [2, 3, 4], { ints: nonzero })),
    );
  };

function table<N extends LoweredName>(
  names: readonly N[],
  rule: (name: N) => SampleRule<N>,
): { readonly [P in N]: SampleRule<P> } {
  return Object.fromEntries(names.map((name) => [name, rule(name)])) as never;
}

/** Two symmetric matrices with a dominant diagonal: positive definite. */
function definite(dtype: DType): NDArray {
  const array = emptyNDArray([2, 3, 3], dtype);
  const values = [3, 0.5, -1, 0.5, 4, 0.25, -1, 0.25, 2.5, 2, 1, 0, 1, 3, -1, 0, -1, 5];
  values.forEach((value, i) => {
    writeElement(array, i, castScalar(value, dtype));
  });
  return array;
}

/** A sample whose result has a dtype and shape of its own. */
const shaped = <N extends LoweredName>(
  params: LoweredParams[N],
  inputs: readonly NDArray[],
  shape: readonly number[],
  options: { readonly scalars?: readonly number[]; readonly dtype?: DType } = {},
): PrimitiveSample<N> => ({
  params,
  inputs,
  shape,
  dtype: options.dtype ?? (inputs[0]?.dtype as DType),
  scalars: options.scalars ?? [],
});

const modesOf = (dtype: DType): readonly ("set" | "add")[] => (dtype === "bool" ? ["set"] : ["set", "add"]);
const places = (dtype: DType, shape: readonly number[], list: readonly number[]): NDArray =>
  repeat(dtype, shape, { ints: list });

/** Samples of all primitives: what is missing is a compile error. */
export const primitiveSamples: { readonly [N in LoweredName]: SampleRule<N> } = {
  ...table(unaryNames, unaryRule),
  ...table(binaryNames, binaryRule),
  ...table(reductionNames, reductionRule),
  ...table(argReductionNames, (name) => (dtype) => sample(name, { axis: 1 }, repeat(dtype, [3, 9]))),
  where: (dtype) => [
    ...sample("where", {}, repeat("bool", [2, 3]), repeat(dtype, [2, 3]), repeat(dtype, [3])),
    ...sample("where", {}, repeat("bool", [2, 1]), repeat(dtype, []), repeat(dtype, [2, 3])),
  ],
  cast: (to) =>
    (["bool", "int8", "int32", "int64", "uint8", "uint32", "float16", "float32", "float64"] as const).map(
      (from) => shaped({}, [repeat(from, [7], { floats: positive, ints: naturals })], [7], { dtype: to }),
    ),
  reshape: (dtype) => [shaped({}, [repeat(dtype, [2, 3])], [3, 1, 2])],
  broadcastTo: (dtype) => [
    shaped({}, [repeat(dtype, [2, 1])], [2, 3]),
    shaped({}, [repeat(dtype, [3])], [2, 2, 3]),
  ],
  transpose: (dtype) => sample("transpose", { permutation: [2, 0, 1] }, repeat(dtype, [2, 3, 4])),
  slice: (dtype) => [
    shaped({ starts: [1, 4], steps: [2, -1] }, [repeat(dtype, [4, 5])], [2, 3]),
    shaped({ starts: [{ scalar: 0 }, 0], steps: [1, 1] }, [repeat(dtype, [4, 5])], [2, 5], { scalars: [2] }),
  ],
  updateSlice: (dtype) =>
    modesOf(dtype).map((mode) =>
      shaped(
        { starts: [1, { scalar: 0 }], steps: [2, -2], mode },
        [repeat(dtype, [4, 5]), repeat(dtype, [2, 3])],
        [4, 5],
        { scalars: [4] },
      ),
    ),
  concatenate: (dtype) =>
    sample("concatenate", { axis: 1 }, repeat(dtype, [2, 3]), repeat(dtype, [2, 1]), repeat(dtype, [2, 2])),
  take: (dtype, indices) => [
    ...sample("take", { axis: 0 }, repeat(dtype, [3, 4]), places(indices, [2, 2], [2, 0, 1, 2])),
    ...sample("take", { axis: 1 }, repeat(dtype, [3, 4]), places(indices, [3], [-1, 0, -4])),
  ],
  scatter: (dtype, indices) =>
    modesOf(dtype).flatMap((mode) =>
      sample(
        "scatter",
        { axis: 0, mode },
        repeat(dtype, [3, 4]),
        places(indices, [5], [2, 0, -1, 2, 0]),
        repeat(dtype, [5, 4]),
      ),
    ),
  takeAlongAxis: (dtype, indices) =>
    sample("takeAlongAxis", { axis: 1 }, repeat(dtype, [2, 4]), places(indices, [2, 3], [3, 0, -1, 1, 1, 2])),
  scatterAlongAxis: (dtype, indices) =>
    modesOf(dtype).flatMap((mode) =>
      sample(
        "scatterAlongAxis",
        { axis: 1, mode },
        repeat(dtype, [2, 4]),
        places(indices, [2, 3], [3, 0, 3, 1, 1, -4]),
        repeat(dtype, [2, 3]),
      ),
    ),
  dot: (dtype) => [
    ...sample(
      "dot",
      { contract: [[1], [0]], batch: [[], []] },
      repeat(dtype, [5, 7], { ints: nonzero }),
      repeat(dtype, [7, 3], { ints: nonzero }),
    ),
    ...sample(
      "dot",
      { contract: [[2], [1]], batch: [[0], [0]] },
      repeat(dtype, [2, 2, 3], { ints: nonzero }),
      repeat(dtype, [2, 3, 2], { ints: nonzero }),
    ),
    ...sample("dot", { contract: [[0], [0]], batch: [[], []] }, repeat(dtype, [4]), repeat(dtype, [4])),
  ],
  argsort: (dtype) => {
    const withNaN = [...anything, Number.NaN, ...anything];
    return [0, 1].flatMap((axis) => sample("argsort", { axis }, repeat(dtype, [3, 9], { floats: withNaN })));
  },
  ...table(
    cumulativeNames,
    (name) => (dtype) =>
      [0, 1].flatMap((axis) => sample(name, { axis }, repeat(dtype, [2, 3, 4], { ints: nonzero }))),
  ),
  cholesky: (dtype) => sample("cholesky", {}, definite(dtype)),
  solve: (dtype) =>
    [false, true].flatMap((transpose) =>
      sample("solve", { transpose }, definite(dtype), repeat(dtype, [2, 3, 2])),
    ),
  solveTriangular: (dtype) =>
    [false, true].flatMap((lower) =>
      sample(
        "solveTriangular",
        { lower, transpose: lower, unit: false },
        definite(dtype),
        repeat(dtype, [2, 3, 2]),
      ),
    ),
  determinant: (dtype) =>
    (["value", "sign", "logarithm"] as const).flatMap((part) =>
      sample("determinant", { part }, definite(dtype)),
    ),
  randomBits: (dtype) => {
    const state = [7, 3, 0xffffffff, 1];
    return dtype === "uint32"
      ? [1, 11].map((n) => shaped({}, [repeat(dtype, [4], { ints: state })], [n]))
      : [];
  },
  iota: (dtype) => (dtype === "int64" ? [shaped({}, [], [6], { dtype })] : []),
};
