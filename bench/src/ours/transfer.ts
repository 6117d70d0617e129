import { signed, uniform32 } from "../data.js";
import type { Tasks } from "../workloads.js";
import type { Bench } from "./bench.js";

/** Values into shared variables and back. */
export const transfer = (bench: Bench): Tasks => ({
  create: ({ n }) => {
    const source = uniform32(n, signed(1));
    return {
      step: () => bench.shared(source).dispose(),
      result: () => {
        const variable = bench.shared(source);
        const values = bench.read(variable);
        variable.dispose();
        return { values };
      },
    };
  },

  read: ({ n }) => {
    const variable = bench.shared(uniform32(n, signed(1)));
    let values: ArrayLike<number> = [];
    return {
      step: () => {
        values = bench.read(variable);
      },
      result: () => ({ values }),
    };
  },

  readInto: ({ n }) => {
    const variable = bench.shared(uniform32(n, signed(1)));
    const into = new Float32Array(n);
    return { step: () => variable.getValue({ into }), result: () => ({ values: into }) };
  },
});
