/** What an app may set for tensor-cpu. */
import { BitaleTypeError, describeValue } from "@bitale/core";

/** Options of tensor-cpu: `"pluginOptions": { "tensor-cpu": { … } }`. Accelerators are off unless asked for. */
export interface CpuOptions {
  /** Capacity of the arena in bytes (default 4 GiB; less where the engine grants less). */
  readonly arenaBytes?: number;
  /** false: no generated code, for pages whose content security policy forbids it (detected by itself). */
  readonly codegen?: boolean;
  /** false: no kernels in WebAssembly (where it cannot be used, that is found out). */
  readonly wasm?: boolean;
  /**
   * true: only instructions that give the same bits on every machine. Otherwise multiplications and additions are
   * fused where the engine can do that, which is faster and rounds less.
   */
  readonly deterministic?: boolean;
  /**
   * true: V8 joins vectors of 128 bits into ones of 256, with the same results (Node >= 24 on x64). It is a switch of
   * the whole process, and plain JavaScript that uses `Math` may become slower.
   */
  readonly revectorize?: boolean;
  /**
   * true: products of floats by the system's OpenBLAS, if it is there and the package koffi is installed; a path:
   * that library, or an error.
   */
  readonly native?: boolean | string;
  /**
   * How many threads compute large kernels, the calling one among them; true: as many as the machine has. The arena
   * is then shared memory: in a browser the page must be cross-origin isolated.
   */
  readonly threads?: boolean | number;
}

type Check = readonly [expected: string, fits: (value: unknown) => boolean];
const flag: Check = ["true or false", (value) => typeof value === "boolean"];
const checks: { readonly [N in keyof CpuOptions]-?: Check } = {
  arenaBytes: ["a number of bytes", (value) => Number.isSafeInteger(value) && (value as number) > 0],
  codegen: flag,
  wasm: flag,
  deterministic: flag,
  revectorize: flag,
  threads: [
    "true, false, or a number from 1",
    (value) => typeof value === "boolean" || (Number.isSafeInteger(value) && (value as number) >= 1),
  ],
  native: [
    "true, false, or the path of a library",
    (value) => typeof value === "boolean" || (typeof value === "string" && value !== ""),
  ],
};

/** Checks options that come from a configuration. @throws BitaleTypeError UNKNOWN_CONFIG_KEY, BAD_CONFIG */
export function checkedOptions(options: Readonly<Record<string, unknown>>): CpuOptions {
  for (const [name, value] of Object.entries(options)) {
    const check = checks[name as keyof CpuOptions];
    const subject = `pluginOptions["tensor-cpu"].${name}`;
    if (check === undefined) {
      const expected = Object.keys(checks).join(", ");
      throw new BitaleTypeError("BAD_CONFIG", {
        subject,
        problem: "tensor-cpu has no such option",
        expected,
      });
    }
    if (value === undefined || check[1](value)) continue;
    throw new BitaleTypeError("BAD_CONFIG", {
      ...{ subject, problem: "not a value that this option takes", expected: check[0] },
      got: describeValue(value),
    });
  }
  return options;
}
