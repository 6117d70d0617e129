/** Kernels for the blocks that matrices are cut into, all in one module. */
import { ModuleBuilder } from "../../wasm/module.js";
import type { KernelLibrary, Source } from "../kernel-library.js";
import { elimination, rowExchange, rowExchanges } from "./elimination.js";
import { fromDouble, matrixCopy, toDouble } from "./matrix-copy.js";
import { substitution } from "./substitution.js";
import { symmetricFactor } from "./symmetric-factor.js";

/** A kernel that tells by 0 that all went well. */
type Attempt = (...args: number[]) => number;
type Copy = (...args: number[]) => void;

export interface BlockKernels {
  /** As `substitution` says. */
  readonly substitute: Attempt;
  /** As `symmetricFactor` says. */
  readonly factor: Attempt;
  /** As `elimination` says. */
  readonly eliminate: Attempt;
  /** As `rowExchanges` says. */
  readonly exchange: Copy;
  /** As `matrixCopy` says: to double precision, and back. */
  readonly read: Readonly<Record<"float32" | "float64", Copy>>;
  readonly write: Readonly<Record<"float32" | "float64", Copy>>;
}

/** The kernels; undefined where there is no WebAssembly for them. */
export function blockKernels(library: KernelLibrary): BlockKernels | undefined {
  const found = library.module("linear algebra", build);
  if (found === undefined) return undefined;
  const { substitute, factor, eliminate, exchange, widen, copy, narrow } = found as unknown as Record<
    "substitute" | "factor" | "eliminate" | "exchange" | "widen" | "copy" | "narrow",
    Attempt
  >;
  const read = { float32: widen, float64: copy };
  const write = { float32: narrow, float64: copy };
  return { substitute, factor, eliminate, exchange, read, write };
}

function build(): Source {
  const module = new ModuleBuilder();
  substitution(module, "substitute");
  symmetricFactor(module, "factor");
  const exchange = rowExchange(module);
  elimination(module, exchange, "eliminate");
  rowExchanges(module, exchange, "exchange");
  matrixCopy(module, toDouble.float32, "widen");
  matrixCopy(module, toDouble.float64, "copy");
  matrixCopy(module, fromDouble.float32, "narrow");
  return { module };
}
