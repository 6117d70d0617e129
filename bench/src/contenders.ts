/** Who takes part. */
import { fileURLToPath } from "node:url";
import type { Line } from "./lines.js";
import { peersFolder } from "./peers.js";
import type { ContenderOptions } from "./workloads.js";

/**
 * ours: a variant of bitale. peer: a library in JavaScript or WebAssembly that one would pick instead.
 * reference: what shows how far it is to the limit: native code, plain loops, copies.
 */
export type Role = "ours" | "peer" | "reference";

export interface Entrant {
  readonly name: string;
  readonly role: Role;
  /** A module that exports `contend`, or a Python program of the same protocol. */
  readonly program: string;
  readonly options: ContenderOptions;
  /** Set over the environment; undefined: taken out. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** false: it does other work of the same size, so there is nothing to compare. */
  readonly checked: boolean;
  readonly lines: (line: Line) => boolean;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const entrant = (name: string, role: Role, program: string, more: Partial<Entrant> = {}): Entrant => ({
  name,
  role,
  program,
  options: {},
  environment: {},
  checked: true,
  lines: () => true,
  ...more,
});

const hasProducts = ({ workload: { kind } }: Line): boolean => ["gemm", "logistic", "mlp"].includes(kind);
const hasWork = (line: Line): boolean =>
  hasProducts(line) ||
  ((line.workload.kind === "sgd" || line.workload.kind === "adam") && line.workload.n >= 1e5);

/** Options of tensor-cpu beside the defaults: each a line of its own, where it matters and the machine has it. */
const variants: readonly (readonly [name: string, options: ContenderOptions, lines: Entrant["lines"]])[] = [
  ["deterministic", { deterministic: true }, hasProducts],
  ["revectorize", { revectorize: true }, hasWork],
  ["native", { native: true }, hasProducts],
  ["threads", { threads: 2 }, hasWork],
];

/** Our name; a variant has its option behind it: `bitale+native`. */
export const OURS = "bitale";

const ours: readonly Entrant[] = [
  entrant(OURS, "ours", path("./ours/contender.js")),
  ...variants.map(([name, options, takes]) =>
    entrant(`${OURS}+${name}`, "ours", path("./ours/contender.js"), { options, lines: takes }),
  ),
];

/** One thread, and the kernels that the library chooses by itself. */
const numpyEnvironment: Entrant["environment"] = {
  OPENBLAS_CORETYPE: undefined,
  OPENBLAS_L2_SIZE: undefined,
  OPENBLAS_NUM_THREADS: "1",
  OMP_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  BLIS_NUM_THREADS: "1",
  VECLIB_MAXIMUM_THREADS: "1",
};

const references: readonly Entrant[] = [
  entrant("plain", "reference", path("./plain/contender.js")),
  entrant("memcpy", "reference", path("./plain/memcpy.js"), { checked: false }),
  entrant("numpy", "reference", path("../python/numpy_child.py"), { environment: numpyEnvironment }),
  entrant("numpyAvx2", "reference", path("../python/numpy_child.py"), {
    environment: { ...numpyEnvironment, OPENBLAS_CORETYPE: "Haswell" },
    lines: hasProducts,
  }),
];

const installed: readonly Entrant[] = [
  ...["tfjs-wasm", "jax-js", "numpy-ts", "deepbox", "ort-web"].map((name) =>
    entrant(name, "peer", `${peersFolder}dist/${name}.js`),
  ),
  entrant("tfjs-wasm-flags", "reference", `${peersFolder}dist/tfjs-wasm.js`, {
    options: { flags: true },
    lines: ({ workload }) => workload.kind === "gemm" && (workload.transposeA || workload.transposeB),
  }),
  entrant("ort-node", "reference", `${peersFolder}dist/ort-node.js`),
];

/** All of them, we first. */
export const entrants: readonly Entrant[] = [...ours, ...installed, ...references];
/** Those that need nothing but this repository. */
export const ownEntrants: readonly Entrant[] = [...ours, ...references.slice(0, 2)];
