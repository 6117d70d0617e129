/** What this engine's WebAssembly can do, found out by validating small modules. */
import type { Code } from "./code.js";
import { f32x4, v128 } from "./instructions.js";
import { ModuleBuilder } from "./module.js";

function validates(value: Code): boolean {
  const module = new ModuleBuilder();
  const probe = module.function({}, { name: "probe", results: ["v128"] });
  probe.body(value);
  return typeof WebAssembly === "object" && WebAssembly.validate(module.encode());
}

/** A module with a memory of 64-bit addresses. */
const wideMemory = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 4, 0);
const zero = v128.const(new Array(16).fill(0));

export interface Features {
  /** 128-bit vectors. */
  readonly simd: boolean;
  /** Multiply-add in one instruction, with the rounding of the machine. */
  readonly relaxedSimd: boolean;
  /** Memories of more than 4 GiB: not used, but engines that have them (V8 13.3) also compile long loops well. */
  readonly memory64: boolean;
}

let found: Features | undefined;

/** Looked up once. */
export function features(): Features {
  found ??= {
    simd: validates(zero),
    relaxedSimd: validates(f32x4.relaxedMadd(zero, zero, zero)),
    memory64: typeof WebAssembly === "object" && WebAssembly.validate(wideMemory),
  };
  return found;
}

/** Whether any module at all may be compiled here; a content security policy may forbid it. */
export function mayCompile(): boolean {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) !== undefined;
  } catch {
    return false;
  }
}
