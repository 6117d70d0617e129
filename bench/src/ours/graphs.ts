import { add, dot, grad, matrix, type NDArray, sum, tanh, type Variable, vector } from "@bitale/core";
import type { GraphForm, Tasks } from "../workloads.js";
import type { Bench } from "./bench.js";

/** Nodes of one step of the recurrent network and of its part of the gradient. */
const nodesOfStep = 12;

/** What a large graph is made of: its inputs, what it computes, and arguments. */
interface Large {
  readonly inputs: readonly Variable[];
  readonly output: Variable;
  readonly args: readonly unknown[];
}
const elements = [0.5, -0.25, 0.125, 1];

/** Graphs of about so many nodes. */
const forms: { readonly [F in GraphForm]: (nodes: number) => Large } = {
  /** One node after another, which a loop of the backend can hold. */
  chain: (nodes) => {
    const x = vector("x", "float64");
    let y = x;
    for (let i = 0; i < nodes; i++) y = i % 2 === 0 ? y.mul(x) : y.sin();
    return { inputs: [x], output: y, args: [elements] };
  },
  /** A running sum of many terms. */
  wide: (nodes) => {
    const x = vector("x", "float64");
    let y = x;
    for (let i = 0; i < nodes / 2; i++) y = y.add(x.mul(i + 2));
    return { inputs: [x], output: y, args: [elements] };
  },
  /** The same terms, added in pairs. */
  tree: (nodes) => {
    const x = vector("x", "float64");
    let level = Array.from({ length: nodes / 2 }, (_, i) => x.mul(i + 2));
    while (level.length > 1) {
      const pairs = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
        level.slice(2 * i, 2 * i + 2),
      );
      level = pairs.map(([a, b]) => (b === undefined ? a : add(a as Variable, b)) as (typeof level)[0]);
    }
    return { inputs: [x], output: level[0] as Variable, args: [elements] };
  },
  /** A recurrent network, unrolled, with the gradient of its weights. */
  unrolled: (nodes) => {
    const [W, x, start] = [matrix("W", "float64"), matrix("x", "float64"), matrix("h", "float64")];
    let h = start;
    for (let i = 0; i < nodes / nodesOfStep; i++) h = tanh(dot(h, W).add(x));
    const [weights, input, state] = [
      [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
      [[1, 2]],
      [[0, 0]],
    ];
    return { inputs: [W, x, start], output: grad(sum(h), W), args: [weights, input, state] };
  },
};

/** Large graphs, from nothing to their first result. */
export const graphs = (bench: Bench): Tasks => ({
  graph: ({ form, nodes }) => {
    let y: ArrayLike<number> = [];
    return {
      step: () => {
        const { inputs, output, args } = bench.runtime.scope(() => forms[form](nodes));
        const f = bench.runtime.compile(inputs, output);
        y = (f(...(args as never[])) as NDArray).flat() as Float64Array;
      },
      result: () => ({ y }),
    };
  },
});
