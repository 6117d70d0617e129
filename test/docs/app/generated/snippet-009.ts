// docs/guide.md:154
import { createRuntime, explain } from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse/plugin";
import { plugin as cpu } from "@bitale/tensor-cpu/plugin";

console.log(
  explain(
    [
      [1, 0],
      [0, 2],
    ],
    { format: "csr" },
  ),
); // only `sparse` accepts the kwarg `format`

// explicit plugins: nothing is looked for on disk
const runtime = createRuntime({ plugins: [cpu, sparse], floatX: "float64" });
const A = runtime.shared(
  [
    [1, 0],
    [0, 2],
  ],
  { format: "csr" },
);
console.log(A.type.toString()); // SparseTensorType(csr, float64, [?, ?])
await runtime.dispose();
