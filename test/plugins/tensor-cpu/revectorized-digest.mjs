// Prints a digest of the bits of many results. Run by accelerators.test.ts in processes of their own: the option
// `revectorize` switches something of the whole process. Argument: "true" or "false".
import { createHash } from "node:crypto";
import {
  cholesky,
  createRuntime,
  dot,
  emptyNDArray,
  exp,
  matrix,
  NDArray,
  softmax,
  solve,
} from "@bitale/core";
import { plugin } from "@bitale/tensor-cpu";

const revectorize = process.argv[2] === "true";
const runtime = createRuntime({ plugins: [plugin], pluginOptions: { "tensor-cpu": { revectorize } } });
const digest = createHash("sha256");
let seed = 7;
const next = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return (seed / 2 ** 32) * 4 - 2;
};
for (const dtype of /** @type {const} */ (["float32", "float64"])) {
  const [x, y, z] = ["x", "y", "z"].map((name) => matrix(name, dtype));
  const product = runtime.compile([x, y, z], [dot(x, y).add(z), softmax(dot(x, y)), exp(z).mul(z).tanh()]);
  const turned = runtime.compile([x, y], dot(x.transpose(), y));
  for (let round = 0; round < 60; round++) {
    const [m, n, k] = [1, 2, 3].map(() => 1 + Math.floor(((next() + 2) / 4) * (round < 50 ? 24 : 200)));
    const filled = (rows, columns) => {
      const array = new NDArray({
        data: dtype === "float32" ? new Float32Array(rows * columns) : new Float64Array(rows * columns),
        shape: [rows, columns],
        dtype,
      });
      for (let i = 0; i < array.data.length; i++) array.data[i] = next();
      return array;
    };
    const results = [
      ...product(filled(m, k), filled(k, n), filled(m, n)),
      turned(filled(k, m), filled(k, n)),
    ];
    for (const { data } of results)
      digest.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}
for (const dtype of /** @type {const} */ (["uint8", "int16", "int32", "int64"])) {
  const [x, y] = ["x", "y"].map((name) => matrix(name, dtype));
  const product = runtime.compile([x, y], [dot(x, y), dot(x.transpose(), y)]);
  for (const n of [3, 20, 70]) {
    const filled = () => {
      const array = emptyNDArray([n, n], dtype);
      for (let i = 0; i < array.data.length; i++) {
        const value = Math.floor(next() * 50);
        array.data[i] = dtype === "int64" ? BigInt(value) : value;
      }
      return array;
    };
    for (const { data } of product(filled(), filled()))
      digest.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}
const [a, b] = ["a", "b"].map((name) => matrix(name, "float64"));
const system = runtime.compile([a, b], [solve(a, b), cholesky(dot(a, a.transpose()))]);
for (const n of [3, 20, 70]) {
  const filled = () => {
    const array = emptyNDArray([n, n], "float64");
    for (let i = 0; i < array.data.length; i++) array.data[i] = next();
    return array;
  };
  for (const { data } of system(filled(), filled()))
    digest.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
process.stdout.write(
  JSON.stringify({ digest: digest.digest("hex"), features: runtime.explain(1).verdicts[0]?.features }),
);
