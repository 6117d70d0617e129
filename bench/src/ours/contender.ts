/** bitale on tensor-cpu: state in shared variables, a step is a call of a compiled function. */
import { type Contend, NotOfferedError } from "../workloads.js";
import { Bench } from "./bench.js";
import { graphs } from "./graphs.js";
import { operations } from "./operations.js";
import { training } from "./training.js";
import { transfer } from "./transfer.js";
import { updates } from "./updates.js";

/** An accelerator that was asked for and is not there: its feature says why. */
const missing = /^(off|1 \()/;

export const contend: Contend = (options) => {
  const bench = new Bench(options);
  const { features } = bench;
  for (const name of Object.keys(options)) {
    const text = features[name];
    if (text !== undefined && missing.test(text)) throw new NotOfferedError(`${name}: ${text}`);
  }
  return {
    tasks: {
      ...updates(bench),
      ...transfer(bench),
      ...operations(bench),
      ...training(bench),
      ...graphs(bench),
    },
    about: Object.entries(features)
      .map(([name, text]) => `${name}: ${text}`)
      .join("; "),
  };
};
