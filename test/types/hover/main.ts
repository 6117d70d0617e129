/** Expressions whose displayed types are pinned by hover.test.ts. */
import { compile, createRuntime, grad, matrix, NDArray, Out, scalar, scan, shared } from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse";
import { plugin as cpu } from "@bitale/tensor-cpu";

const runtime = createRuntime({ plugins: [cpu, sparse] });
const image = new NDArray({ data: new Float32Array(4), shape: [2, 2], dtype: "float32" });

export const dense = shared([1, 2, 3]);
export const number = shared(1, { name: "n" });
export const onCpu = runtime.shared(image, { backend: "tensor-cpu", borrow: true });
export const compressed = runtime.shared(image, { backend: "sparse", format: "csr" });

export const value = dense.getValue();
export const internal = onCpu.getValue({ borrow: true, returnInternalType: true });
export const matrixValue = compressed.getValue();
export const later = onCpu.getValueAsync();

const [x, y] = [matrix("x"), scalar("y")];
export const variable = x;
export const product = x.mul(y);
export const one = compile([x, y], product);
export const list = compile([x], [x.sum(), new Out(x, { borrow: true })]);
export const record = compile([x], { cost: x.sum(), slope: grad(x.sum(), x) });
export const nothing = compile([], null, { updates: [[number, number.add(1)]] });
export const result = one([[1]], 2);
export const results = list([[1]]);
export const named = record([[1]]);
export const promise = record.async([[1]]);
export const gradients = grad(product.sum(), [x, y]);
export const loop = scan((sum, row) => [sum.add(row), { doubled: row.mul(2) }], { init: 0, sequences: x });
