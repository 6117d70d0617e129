/** The option `native`: products of floats by the system's OpenBLAS, called on the arena by koffi. */
import { BitaleError } from "@bitale/core";
import type { FloatType } from "../kernels/lanes.js";
import type { ArenaMemory } from "../storage.js";
import { nodeBuiltin, nodeProcess } from "./node-builtin.js";

/** c = alpha * a * b + beta * c, row-major, at byte addresses in the arena; leading dimensions in elements. */
export type NativeGemm = (
  lengths: { readonly m: number; readonly n: number; readonly k: number },
  a: NativeMatrix,
  b: NativeMatrix,
  c: NativeMatrix,
  alpha: number,
  beta: number,
) => void;

/** A matrix with contiguous rows; `turned`: with contiguous columns. */
export interface NativeMatrix {
  readonly at: number;
  readonly leading: number;
  readonly turned: boolean;
}

export interface NativeLibrary {
  /** The file, as it was loaded, and which of its kernels the library chose for this processor. */
  readonly description: string;
  /** The memory that it computes on. */
  readonly buffer: ArrayBufferLike;
  readonly gemm: Readonly<Record<FloatType, NativeGemm>>;
}

/** The memory of the arena, and where it lies in the process. */
interface Place {
  readonly buffer: ArrayBufferLike;
  readonly base: number;
}

/** What we call of koffi. */
interface Koffi {
  load(path: string | null): {
    func(declaration: string): (...args: unknown[]) => unknown;
  };
}

const names: Readonly<Record<string, readonly string[]>> = {
  linux: ["libopenblas.so.0", "libopenblas.so"],
  darwin: [
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
    "libopenblas.dylib",
  ],
  win32: ["libopenblas.dll", "openblas.dll"],
};

const rowMajor = 101;
const [asItIs, transposed] = [111, 112];

/**
 * Loads OpenBLAS for an arena.
 * @param wanted true: the system's, if there is one; a path: that library
 * @param threads that a product may use
 * @returns the library, or why there is none
 * @throws BitaleError BACKEND_FAILED for a path that is no working OpenBLAS
 */
export function loadNative(
  wanted: true | string,
  memory: ArenaMemory,
  threads: number,
): NativeLibrary | string {
  const found = find(wanted, memory, threads);
  if (typeof found !== "string" || wanted === true) return found;
  throw new BitaleError("BACKEND_FAILED", {
    subject: 'pluginOptions["tensor-cpu"].native',
    problem: `${wanted} cannot be used: ${found}`,
    cure: "name an OpenBLAS library, or say true to look for the system's",
  });
}

function find(wanted: true | string, memory: ArenaMemory, threads: number): NativeLibrary | string {
  const process = nodeProcess();
  const koffi = loadKoffi();
  if (process === undefined || koffi === undefined) return "koffi is not installed (npm install koffi)";
  const { buffer } = memory.arena;
  const paths = wanted === true ? (names[process.platform] ?? []) : [wanted];
  for (const path of paths) {
    try {
      const place = { buffer, base: addressOf(koffi, buffer) };
      const library = withCoreType(process, () => open(koffi, path, place, threads));
      if (!computesRightly(library, memory)) return `${library.description} computes wrong products`;
      const large = adviseLargePages(process, koffi, place);
      return large ? { ...library, description: `${library.description}, large pages` } : library;
    } catch (error) {
      if (wanted !== true) continue;
      return error instanceof Error ? error.message : String(error);
    }
  }
  return "no OpenBLAS was found on this system";
}

function loadKoffi(): Koffi | undefined {
  const module = nodeBuiltin<{ createRequire(from: string): (name: string) => unknown }>("module");
  try {
    return module?.createRequire(import.meta.url)("koffi") as Koffi | undefined;
  } catch {
    return undefined;
  }
}

/**
 * OpenBLAS takes its kernels when it is loaded. Some versions do not know a newer processor and take slow ones: where
 * there is AVX-512 we ask for the kernels that use it, unless the environment says something else.
 */
function withCoreType<R>(process: { readonly env: Record<string, string | undefined> }, body: () => R): R {
  const variable = "OPENBLAS_CORETYPE";
  if (process.env[variable] !== undefined || !hasAvx512()) return body();
  process.env[variable] = "SkylakeX";
  try {
    return body();
  } finally {
    delete process.env[variable];
  }
}

function hasAvx512(): boolean {
  const files = nodeBuiltin<{ readFileSync(path: string, encoding: "utf8"): string }>("fs");
  try {
    const flags = new Set(
      /^flags\s*:(.*)$/m.exec(files?.readFileSync("/proc/cpuinfo", "utf8") ?? "")?.[1]?.split(" "),
    );
    return ["avx512f", "avx512cd", "avx512dq", "avx512bw", "avx512vl"].every((flag) => flags.has(flag));
  } catch {
    return false;
  }
}

function open(koffi: Koffi, path: string, { buffer, base }: Place, threads: number): NativeLibrary {
  const library = koffi.load(path);
  library.func("void openblas_set_num_threads(int)")(threads);
  const core = library.func("const char *openblas_get_corename()")();
  const routine = (name: string, type: string): NativeGemm => {
    const run = library.func(
      `void ${name}(int, int, int, int, int, int, ${type}, uintptr_t, int, uintptr_t, int, ${type}, uintptr_t, int)`,
    );
    return ({ m, n, k }, a, b, c, alpha, beta) => {
      const side = (matrix: NativeMatrix): number => (matrix.turned ? transposed : asItIs);
      const place = (matrix: NativeMatrix): number => base + matrix.at;
      run(
        ...[rowMajor, side(a), side(b), m, n, k, alpha, place(a), a.leading],
        ...[place(b), b.leading, beta, place(c), c.leading],
      );
    };
  };
  return {
    buffer,
    description: `${path}, kernels for ${core}, ${threads} thread${threads === 1 ? "" : "s"}`,
    gemm: { float32: routine("cblas_sgemm", "float"), float64: routine("cblas_dgemm", "double") },
  };
}

/** Where a buffer lies in the process: what C's memmove of nothing gives back. */
function addressOf(koffi: Koffi, buffer: ArrayBufferLike): number {
  const move = koffi.load(null).func("void *memmove(void *, void *, size_t)");
  const start = new Uint8Array(buffer, 0, 1);
  return Number(move(start, start, 0));
}

/**
 * Asks for pages of 2 MiB behind the arena, as numpy does behind its large arrays: large products wait less for the
 * processor's table of pages. Only Linux can be asked (`madvise`, MADV_HUGEPAGE).
 * @returns whether the system took the advice
 */
function adviseLargePages(
  process: { readonly platform: string },
  koffi: Koffi,
  { buffer, base }: Place,
): boolean {
  if (process.platform !== "linux") return false;
  const advise = koffi.load(null).func("int madvise(uintptr_t, size_t, int)");
  return advise(base, buffer.byteLength, 14) === 0;
}

/** A product of small integers, exact in every order of the sums: old libraries on new processors do go wrong. */
function computesRightly({ gemm }: NativeLibrary, memory: ArenaMemory): boolean {
  const [m, n, k] = [37, 29, 43];
  return (["float32", "float64"] as const).every((type) => {
    const arrays = [m * k, k * n, m * n].map((size) => memory.allocateDirty([size], type));
    const [a, b, c] = arrays.map(({ data }) => data as Float64Array) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    try {
      a.forEach((_, i) => {
        a[i] = (i % 7) - 3;
      });
      b.forEach((_, i) => {
        b[i] = (i % 5) - 2;
      });
      c.fill(1);
      const matrix = (data: Float64Array, leading: number, turned = false): NativeMatrix => ({
        at: data.byteOffset,
        leading,
        turned,
      });
      gemm[type]({ m, n, k }, matrix(a, k), matrix(b, k, true), matrix(c, n), 2, 1);
      return c.every((value, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = 0;
        for (let l = 0; l < k; l++) sum += (a[i * k + l] as number) * (b[j * k + l] as number);
        return value === 2 * sum + 1;
      });
    } finally {
      for (const array of arrays) memory.free(array);
    }
  });
}
