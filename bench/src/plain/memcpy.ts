/** The least that memory allows: a copy that moves as many bytes as the workload does (reads and writes counted). */
import { signed, uniform32 } from "../data.js";
import type { Contend, Task } from "../workloads.js";

/** Copies `count` float32 a step: 8 bytes moved for each. */
function copying(count: number): Task {
  const source = uniform32(count, signed(1));
  const values = new Float32Array(count);
  return { step: () => values.set(source), result: () => ({ values }) };
}

export const contend: Contend = () => ({
  tasks: {
    sgd: ({ n }) => copying((3 * n) / 2),
    adam: ({ n }) => copying((7 * n) / 2),
    create: ({ n }) => copying(n),
    read: ({ n }) => copying(n),
    readInto: ({ n }) => copying(n),
  },
});
