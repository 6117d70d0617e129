/** bitale on tensor-cpu: state in shared variables, a step is a call of a compiled function. */
import type { Contend } from "../workloads.js";
import { Bench } from "./bench.js";
import { products } from "./products.js";
import { training } from "./training.js";
import { transfer } from "./transfer.js";
import { updates } from "./updates.js";

export const contend: Contend = (options) => {
  const bench = new Bench(options);
  return { ...updates(bench), ...transfer(bench), ...products(bench), ...training(bench) };
};
