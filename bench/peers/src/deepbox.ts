/** deepbox, eager, with its WASM kernels where they serve. Single operations only: its training steps are far behind. */
import { type Floats, signed, uniform, uniform32, wide } from "@bitale/bench/data";
import { type Contend, learningRate, NotOfferedError, type Task } from "@bitale/bench/workloads";
import { registerBackend, WasmBackend } from "deepbox/core";
import * as db from "deepbox/ndarray";

/** The result of `compute`, new at each step. */
function computing(name: string, compute: () => db.Tensor): Task {
  let last: db.Tensor | undefined;
  return {
    step: () => {
      last = compute();
    },
    result: () => ({ [name]: (last?.data ?? []) as Float32Array }),
  };
}

export const contend: Contend = async () => {
  const wasm = new WasmBackend();
  await wasm.init();
  if (wasm.info().available) registerBackend("wasm", wasm);
  const device = wasm.info().available ? "wasm" : "cpu";
  const tensor = (data: Floats, shape: readonly number[] = [data.length], place: "wasm" | "cpu" = device) =>
    db
      .tensor(data, { device: place, dtype: data instanceof Float32Array ? "float32" : "float64" })
      .reshape([...shape]);

  return {
    tasks: {
      scalarUpdate: () => {
        let x = tensor(new Float32Array(1), [], "cpu");
        return {
          step: () => {
            x = db.addScalar(x, 1) as typeof x;
          },
          result: () => ({ x: x.data as Float32Array }),
        };
      },

      sgd: ({ n }) => {
        let p = tensor(uniform32(n, signed(1)));
        const g = tensor(uniform32(n, signed(2)));
        return {
          step: () => {
            p = db.sub(p, db.mulScalar(g, learningRate)) as typeof p;
          },
          result: () => ({ p: p.data as Float32Array }),
        };
      },

      gemm: ({ dtype, m, k, n, transposeA, transposeB }) => {
        if (m * k * n > 2 ** 24) throw new NotOfferedError("it takes too long for it");
        const A = tensor(uniform(m * k, signed(1), dtype), transposeA ? [k, m] : [m, k], "cpu");
        const B = tensor(uniform(k * n, signed(2), dtype), transposeB ? [n, k] : [k, n], "cpu");
        const plain = (matrix: typeof A, isTransposed: boolean) =>
          isTransposed ? db.contiguous(db.transpose(matrix) as typeof A) : matrix;
        return computing(
          "C",
          () => db.dot(plain(A, transposeA) as never, plain(B, transposeB) as never) as never,
        );
      },

      sums: ({ rows, columns, axis }) => {
        const x = tensor(uniform32(rows * columns, signed(1)), [rows, columns], "cpu");
        return computing("y", () => db.sum(x, axis) as never);
      },

      running: ({ rows, columns }) => {
        const x = tensor(uniform32(rows * columns, signed(1)), [rows, columns], "cpu");
        return computing("y", () => db.cumsum(x, 1) as never);
      },

      sort: ({ rows, columns }) => {
        const x = tensor(uniform32(rows * columns, signed(1)), [rows, columns], "cpu");
        return computing("y", () => db.sort(x, 1) as never);
      },

      softmax: ({ rows, columns }) => {
        const x = tensor(uniform32(rows * columns, wide(1)), [rows, columns], "cpu");
        return computing("y", () => db.softmax(x, 1) as never);
      },

      unary: ({ op, n }) => {
        const x = tensor(uniform32(n, wide(1)));
        return computing("y", () => (op === "exp" ? db.exp(x) : db.tanh(x)) as never);
      },
    },
  };
};
