/** Loops over typed arrays, as one would write them without a library. */
import { logisticWeights, signed, trainingData, uniform, uniform32, wide } from "../data.js";
import { adamRates, type Contend, classifier, learningRate, NotOfferedError } from "../workloads.js";

export const contend: Contend = () => ({
  tasks: {
    scalarUpdate: () => {
      const x = new Float32Array(1);
      return {
        step: () => {
          x[0] = (x[0] as number) + 1;
        },
        result: () => ({ x }),
      };
    },

    sgd: ({ n }) => {
      const [p, g] = [uniform32(n, signed(1)), uniform32(n, signed(2))];
      return {
        step: () => {
          for (let i = 0; i < n; i++) p[i] = (p[i] as number) - learningRate * (g[i] as number);
        },
        result: () => ({ p }),
      };
    },

    adam: ({ n }) => {
      const { eta, beta1, beta2, epsilon } = adamRates;
      const [p, g, m, v] = [
        uniform32(n, signed(1)),
        uniform32(n, signed(2)),
        new Float32Array(n),
        new Float32Array(n),
      ];
      let t = 0;
      return {
        step: () => {
          t++;
          const [missing1, missing2] = [1 - beta1 ** t, 1 - beta2 ** t];
          for (let i = 0; i < n; i++) {
            const slope = g[i] as number;
            const nextM = beta1 * (m[i] as number) + (1 - beta1) * slope;
            const nextV = beta2 * (v[i] as number) + (1 - beta2) * slope * slope;
            m[i] = nextM;
            v[i] = nextV;
            p[i] = (p[i] as number) - (eta * (nextM / missing1)) / (Math.sqrt(nextV / missing2) + epsilon);
          }
        },
        result: () => ({ p, m, v }),
      };
    },

    create: ({ n }) => {
      const source = uniform32(n, signed(1));
      let values = source;
      return {
        step: () => {
          values = new Float32Array(source);
        },
        result: () => ({ values }),
      };
    },

    read: ({ n }) => {
      const source = uniform32(n, signed(1));
      let values = source;
      return {
        step: () => {
          values = source.slice();
        },
        result: () => ({ values }),
      };
    },

    gemm: ({ dtype, m, k, n, transposeA, transposeB }) => {
      if (m * k * n > 2 ** 25) throw new NotOfferedError("plain loops take too long for it");
      const [A, B] = [uniform(m * k, signed(1), dtype), uniform(k * n, signed(2), dtype)];
      const C = dtype === "float32" ? new Float32Array(m * n) : new Float64Array(m * n);
      const [rowA, columnA] = transposeA ? [1, m] : [k, 1];
      const [rowB, columnB] = transposeB ? [1, k] : [n, 1];
      return {
        step: () => {
          for (let i = 0; i < m; i++) {
            for (let j = 0; j < n; j++) {
              let sum = 0;
              for (let l = 0; l < k; l++) {
                sum += (A[i * rowA + l * columnA] as number) * (B[l * rowB + j * columnB] as number);
              }
              C[i * n + j] = sum;
            }
          }
        },
        result: () => ({ C }),
      };
    },

    sums: ({ rows, columns, axis }) => {
      const x = uniform32(rows * columns, signed(1));
      const y = new Float64Array(axis === 0 ? columns : rows);
      return {
        step: () => {
          y.fill(0);
          for (let i = 0; i < rows; i++) {
            for (let j = 0; j < columns; j++) {
              const at = axis === 0 ? j : i;
              y[at] = (y[at] as number) + (x[i * columns + j] as number);
            }
          }
        },
        result: () => ({ y }),
      };
    },

    running: ({ rows, columns }) => {
      const x = uniform32(rows * columns, signed(1));
      const y = new Float32Array(x.length);
      return {
        step: () => {
          for (let i = 0; i < rows; i++) {
            let sum = 0;
            for (let j = i * columns; j < (i + 1) * columns; j++) {
              sum += x[j] as number;
              y[j] = sum;
            }
          }
        },
        result: () => ({ y }),
      };
    },

    sort: ({ rows, columns }) => {
      const x = uniform32(rows * columns, signed(1));
      const y = new Float32Array(x.length);
      return {
        step: () => {
          y.set(x);
          for (let i = 0; i < rows; i++) y.subarray(i * columns, (i + 1) * columns).sort();
        },
        result: () => ({ y }),
      };
    },

    softmax: ({ rows, columns }) => {
      const x = uniform32(rows * columns, wide(1));
      const y = new Float32Array(x.length);
      return { step: () => softmaxRows(x, y, columns), result: () => ({ y }) };
    },

    unary: ({ op, n }) => {
      const x = uniform32(n, wide(1));
      const y = new Float32Array(n);
      const f = Math[op];
      return {
        step: () => {
          for (let i = 0; i < n; i++) y[i] = f(x[i] as number);
        },
        result: () => ({ y }),
      };
    },

    firstResult: ({ batch }) => {
      const { features, classes } = classifier;
      const [{ x }, W] = [trainingData(batch), logisticWeights()];
      const rows = new Float32Array(batch * classes);
      return {
        step: () => {
          for (let i = 0; i < batch; i++) {
            for (let j = 0; j < classes; j++) {
              let sum = 0;
              for (let l = 0; l < features; l++) {
                sum += (x[i * features + l] as number) * (W[l * classes + j] as number);
              }
              rows[i * classes + j] = sum;
            }
          }
          softmaxRows(rows, rows, classes);
        },
        result: () => ({ rows }),
      };
    },
  },
});

function softmaxRows(x: Float32Array, y: Float32Array, columns: number): void {
  for (let start = 0; start < x.length; start += columns) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < start + columns; i++) largest = Math.max(largest, x[i] as number);
    let sum = 0;
    for (let i = start; i < start + columns; i++) {
      const weight = Math.exp((x[i] as number) - largest);
      y[i] = weight;
      sum += weight;
    }
    for (let i = start; i < start + columns; i++) y[i] = (y[i] as number) / sum;
  }
}
