// One use of each primitive as it stands in a graph: what its rules are asked about.
import {
  argReductionNames,
  binaryNames,
  reductionNames,
  TensorType,
  unaryNames,
  Variable,
} from "../../core/dist/index.js";

/** @typedef {import("../../core/dist/index.js").DType} DType */
/** @typedef {{ params: object, inputs: (readonly [readonly number[], DType?])[] }} Use shapes of the operands; a dtype where it is not the one that is asked about */

/** @type {(names: readonly string[], use: Use) => Record<string, Use>} */
const all = (names, use) => Object.fromEntries(names.map((name) => [name, use]));

/** @type {Readonly<Record<string, Use>>} */
const uses = {
  ...all(unaryNames, { params: {}, inputs: [[[2, 3]]] }),
  ...all(binaryNames, { params: {}, inputs: [[[2, 3]], [[3]]] }),
  ...all(reductionNames, { params: { axes: [1] }, inputs: [[[2, 3]]] }),
  ...all([...argReductionNames, "argsort", "cumsum", "cumprod", "cummax", "cummin"], {
    params: { axis: 1 },
    inputs: [[[2, 3]]],
  }),
  where: { params: {}, inputs: [[[2, 1], "bool"], [[2, 3]], [[3]]] },
  cast: { params: { dtype: "float32" }, inputs: [[[2, 3]]] },
  dimension: { params: { axis: 0 }, inputs: [[[2, 3]]] },
  reshape: { params: { shape: [3, -1] }, inputs: [[[2, 3]]] },
  broadcastTo: { params: { shape: [2, 3] }, inputs: [[[3]]] },
  sumTo: { params: { shape: [3] }, inputs: [[[2, 3]]] },
  transpose: { params: { permutation: [1, 0] }, inputs: [[[2, 3]]] },
  slice: { params: { starts: [0, 1], sizes: [2, 2], steps: [1, 1] }, inputs: [[[2, 3]]] },
  updateSlice: { params: { starts: [0, 1], steps: [1, 1], mode: "set" }, inputs: [[[2, 3]], [[2, 2]]] },
  concatenate: { params: { axis: 0 }, inputs: [[[2, 3]], [[1, 3]]] },
  take: { params: { axis: 0 }, inputs: [[[2, 3]], [[4], "int64"]] },
  scatter: { params: { axis: 0, mode: "set" }, inputs: [[[2, 3]], [[4], "int64"], [[4, 3]]] },
  takeAlongAxis: { params: { axis: 1 }, inputs: [[[2, 3]], [[2, 1], "int64"]] },
  scatterAlongAxis: {
    params: { axis: 1, mode: "set" },
    inputs: [[[2, 3]], [[2, 1], "int64"], [[2, 1]]],
  },
  dot: {
    params: {
      contract: [[1], [0]],
      batch: [[], []],
    },
    inputs: [[[2, 3]], [[3, 4]]],
  },
  iota: { params: { length: 4 }, inputs: [] },
  randomBits: { params: { length: 6 }, inputs: [[[4], "uint32"]] },
  nonzero: { params: {}, inputs: [[[3]]] },
  specifyShape: { params: { shape: [2, null] }, inputs: [[[2, 3]]] },
  stopGradient: { params: { as: "zero" }, inputs: [[[2, 3]]] },
  mapGradient: {
    params: { name: "same", change: (/** @type {unknown} */ g) => g },
    inputs: [[[2, 3]]],
  },
  cholesky: { params: {}, inputs: [[[2, 2]]] },
  solve: { params: { transpose: false }, inputs: [[[2, 2]], [[2, 3]]] },
  solveTriangular: {
    params: { lower: true, transpose: false, unit: false },
    inputs: [[[2, 2]], [[2, 3]]],
  },
  determinant: { params: { part: "value" }, inputs: [[[2, 2]]] },
};

/**
 * @param {string} name of a primitive
 * @param {DType} dtype that its operands have where they may
 */
export function useOf(name, dtype) {
  const use = uses[name];
  if (use === undefined) throw new Error(`${name}: give it a use in tools/docs/primitive-uses.mjs`);
  const inputs = use.inputs.map(([shape, own]) => new Variable(new TensorType(own ?? dtype, shape)));
  return { params: use.params, inputs, shapes: use.inputs.map(([shape]) => shape) };
}
