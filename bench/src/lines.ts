/** The lines of the benchmark: a workload each, with the unit of its time and the work in it. */
import type { FloatName, Workload } from "./workloads.js";

export type Unit = "ns" | "us" | "ms";

/**
 * steady: a call, warmed up, over and over. first: the first call in a process, after its library is loaded.
 * process: from the start of a process to its first result.
 */
export type Mode = "steady" | "first" | "process";

/** Work in a call, for the columns GFLOP/s and GB/s. */
export interface Work {
  readonly amount: number;
  readonly unit: "flop" | "byte";
}

export interface Line {
  readonly name: string;
  readonly unit: Unit;
  readonly mode: Mode;
  readonly workload: Workload;
  readonly work?: Work;
}

const steady = (name: string, unit: Unit, workload: Workload, work?: Work): Line => ({
  name,
  unit,
  mode: "steady",
  workload,
  ...(work && { work }),
});
const first = (name: string, workload: Workload): Line => ({ name, unit: "ms", mode: "first", workload });
const bytes = (amount: number): Work => ({ amount, unit: "byte" });
const flops = (amount: number): Work => ({ amount, unit: "flop" });
const floatBytes = (count: number): Work => bytes(4 * count);

const counts = [
  ["1e3", 1e3, "us"],
  ["1e5", 1e5, "us"],
  ["1e7", 1e7, "ms"],
] as const;

function gemm(dtype: FloatName, m: number, k: number, n: number, form: "nn" | "tn" | "nt" = "nn"): Line {
  const shape = m === k && k === n ? `${m}` : `${m}x${k}x${n}`;
  const name = `gemm-${dtype === "float32" ? "f32" : "f64"}-${form === "nn" ? "" : `${form}-`}${shape}`;
  const [transposeA, transposeB] = [form === "tn", form === "nt"];
  return steady(name, "us", { kind: "gemm", dtype, m, k, n, transposeA, transposeB }, flops(2 * m * k * n));
}

/** Floating point operations of a step of the network: three products of the first layer's size but one, all of the second's. */
const mlpFlops = (batch: number): Work => flops(2 * batch * (2 * 784 * 500 + 3 * 500 * 10));

/** In the order of the report. */
export const lines: readonly Line[] = [
  steady("call", "ns", { kind: "scalarUpdate" }),
  ...counts.map(([name, n, unit]) => steady(`sgd-${name}`, unit, { kind: "sgd", n }, floatBytes(3 * n))),
  ...counts.map(([name, n, unit]) => steady(`adam-${name}`, unit, { kind: "adam", n }, floatBytes(7 * n))),
  steady("create-1e7", "ms", { kind: "create", n: 1e7 }, floatBytes(2e7)),
  steady("read-1e7", "ms", { kind: "read", n: 1e7 }, floatBytes(2e7)),
  steady("read-into-1e7", "ms", { kind: "readInto", n: 1e7 }, floatBytes(2e7)),
  ...[16, 32, 64, 128, 256, 512, 1024].map((n) => gemm("float32", n, n, n)),
  gemm("float32", 600, 784, 10),
  gemm("float32", 784, 600, 10, "tn"),
  gemm("float32", 20, 784, 500),
  gemm("float32", 784, 20, 500, "tn"),
  gemm("float32", 600, 784, 500),
  gemm("float32", 784, 600, 500, "tn"),
  gemm("float32", 600, 10, 500, "nt"),
  gemm("float32", 512, 512, 512, "nt"),
  ...[16, 64, 256, 512, 1024].map((n) => gemm("float64", n, n, n)),
  gemm("float64", 784, 600, 500, "tn"),
  steady("softmax-600x10", "us", { kind: "softmax", rows: 600, columns: 10 }),
  steady("softmax-1000x1000", "us", { kind: "softmax", rows: 1000, columns: 1000 }),
  steady("sums-rows-4000x1000", "us", { kind: "sums", rows: 4000, columns: 1000, axis: 1 }, floatBytes(4e6)),
  steady(
    "sums-columns-4000x1000",
    "us",
    { kind: "sums", rows: 4000, columns: 1000, axis: 0 },
    floatBytes(4e6),
  ),
  steady("cumsum-1000x500", "us", { kind: "running", rows: 1000, columns: 500 }),
  steady("sort-1000x500", "us", { kind: "sort", rows: 1000, columns: 500 }),
  steady("sort-1x500000", "us", { kind: "sort", rows: 1, columns: 500_000 }),
  steady("solve-300", "us", { kind: "solve", n: 300 }, flops((8 / 3) * 300 ** 3)),
  steady("exp-1e5", "us", { kind: "unary", op: "exp", n: 1e5 }),
  steady("tanh-1e5", "us", { kind: "unary", op: "tanh", n: 1e5 }),
  steady("logistic-600", "us", { kind: "logistic", batch: 600 }, flops(4 * 600 * 784 * 10)),
  steady("mlp-20", "us", { kind: "mlp", batch: 20 }, mlpFlops(20)),
  steady("mlp-600", "ms", { kind: "mlp", batch: 600 }, mlpFlops(600)),
  first("compile-cold", { kind: "compile", batch: 20 }),
  steady("compile-warm", "ms", { kind: "compile", batch: 20 }),
  ...(["chain", "wide", "tree", "unrolled"] as const).flatMap((form) =>
    [1e3, 1e4, 1e5].map((nodes) =>
      first(`graph-${form}-1e${Math.log10(nodes)}`, { kind: "graph", form, nodes }),
    ),
  ),
  { name: "start-up", unit: "ms", mode: "process", workload: { kind: "firstResult", batch: 20 } },
];

/** Lines for a test of the harness itself: one of each kind, tiny. */
export const tinyLines: readonly Line[] = [
  steady("call", "ns", { kind: "scalarUpdate" }),
  steady("sgd-tiny", "us", { kind: "sgd", n: 10 }, floatBytes(30)),
  steady("adam-tiny", "us", { kind: "adam", n: 10 }, floatBytes(70)),
  steady("create-tiny", "us", { kind: "create", n: 10 }),
  steady("read-tiny", "us", { kind: "read", n: 10 }),
  steady("read-into-tiny", "us", { kind: "readInto", n: 10 }),
  gemm("float32", 3, 4, 5, "tn"),
  gemm("float64", 5, 4, 3, "nt"),
  steady("softmax-tiny", "us", { kind: "softmax", rows: 3, columns: 4 }),
  steady("sums-tiny", "us", { kind: "sums", rows: 5, columns: 7, axis: 0 }),
  steady("cumsum-tiny", "us", { kind: "running", rows: 3, columns: 4 }),
  steady("sort-tiny", "us", { kind: "sort", rows: 3, columns: 9 }),
  steady("solve-tiny", "us", { kind: "solve", n: 5 }),
  steady("tanh-tiny", "us", { kind: "unary", op: "tanh", n: 10 }),
  steady("logistic-tiny", "us", { kind: "logistic", batch: 2 }),
  steady("mlp-tiny", "us", { kind: "mlp", batch: 2 }),
  first("compile-tiny", { kind: "compile", batch: 2 }),
  first("graph-tiny", { kind: "graph", form: "unrolled", nodes: 24 }),
  { name: "start-tiny", unit: "ms", mode: "process", workload: { kind: "firstResult", batch: 2 } },
];

/**
 * Lines by name or by what their names begin with, up to a hyphen: `gemm`, `gemm-f32`, `sgd-1e5`.
 * @throws RangeError for a name that fits no line
 */
export function selectLines(all: readonly Line[], names: readonly string[] | undefined): readonly Line[] {
  if (names === undefined) return all;
  const fits = (line: Line, name: string): boolean => line.name === name || line.name.startsWith(`${name}-`);
  const unknown = names.find((name) => !all.some((line) => fits(line, name)));
  if (unknown !== undefined) {
    throw new RangeError(`no line is named ${unknown}; there are ${all.map(({ name }) => name).join(", ")}`);
  }
  return all.filter((line) => names.some((name) => fits(line, name)));
}
