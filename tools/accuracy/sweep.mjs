// Errors of tensor-cpu's functions in vectors: `npm run ulp -- [points]`. Points are spread over all bit patterns and
// over the range in which the function is neither constant nor infinite, the borders of its parts among them.
import { pathToFileURL } from "node:url";
import { ArenaMemory } from "@bitale/tensor-cpu";
import { compileRegion } from "../../plugins/tensor-cpu/dist/compile.js";
import { KernelLibrary } from "../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { exactly, formats, ulps } from "./reference.mjs";

/** @typedef {"float32" | "float64"} FloatType */
/** @typedef {{ name: string, dtype: FloatType, fused: boolean, points: number, max: number, at: number[], special: number }} Result */

/** Where each function is interesting. @type {Readonly<Record<string, readonly [number, number]>>} */
const ranges = {
  exp: [-750, 712],
  expm1: [-60, 712],
  log: [0, 4],
  log1p: [-1, 4],
  sinh: [-712, 712],
  cosh: [-712, 712],
  tanh: [-21, 21],
  sigmoid: [-750, 40],
  erf: [-6.5, 6.5],
  sin: [-1e5, 1e5],
  cos: [-1e5, 1e5],
  tan: [-1e5, 1e5],
  arcsin: [-1, 1],
  arccos: [-1, 1],
  arctan: [-30, 30],
  arctan2: [-8, 8],
  pow: [0, 40],
};
export const functionNames = Object.keys(ranges);
const binaryNames = ["pow", "arctan2"];

const special = [
  0,
  -0,
  Number.NaN,
  Infinity,
  -Infinity,
  1,
  -1,
  5e-324,
  -5e-324,
  2 ** -149,
  2 ** -126,
  2 ** -1022,
];
const borders = [0.5, 0.84375, 475 / 512, 1.25, Math.SQRT1_2, Math.SQRT2, Math.LN2, Math.LN2 / 2, Math.PI / 4]
  .concat([
    Math.SQRT2 + 1,
    0.66,
    9.2,
    20,
    89.4159,
    710.4758,
    88.72283,
    103.97,
    709.78271,
    745.13,
    2 ** 20,
    1e22,
    2 ** -25,
    2 ** -54,
  ])
  .flatMap((x) => [x, -x, x * (1 + 2 ** -52), x * (1 - 2 ** -23), x * (1 + 2 ** -23)]);

/** Words that look like random ones, always the same: a xorshift generator. */
function* words(/** @type {number} */ seed) {
  for (let x = seed | 1; ; ) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

/** Arguments of a function, `count` of them. @returns {Float32Array | Float64Array} */
function argumentsOf(
  /** @type {string} */ name,
  /** @type {FloatType} */ dtype,
  /** @type {number} */ count,
  seed = 1,
) {
  const Floats = dtype === "float32" ? Float32Array : Float64Array;
  const [low, high] = ranges[name] ?? [-4, 4];
  const random = words(seed * 2654435761 + name.length);
  const bits = new Uint32Array(2);
  const asFloat = new Floats(bits.buffer, 0, 1);
  const next = () => /** @type {number} */ (random.next().value);
  const result = new Floats(count);
  result.set([...special, ...borders].slice(0, count));
  for (let i = special.length + borders.length; i < count; i++) {
    bits[0] = next();
    bits[1] = next();
    const unit = (next() + next() * 2 ** -32) * 2 ** -32;
    const near = (unit - 0.5) * 4;
    const choices = [
      /** @type {number} */ (asFloat[0]),
      low + unit * (high - low),
      near,
      near * 2 ** -(i % 30),
    ];
    result[i] = /** @type {number} */ (choices[i % 4]);
  }
  return result;
}

/** @type {Readonly<Record<string, (x: number, y: number) => number>>} */
const near = {
  ...{ exp: Math.exp, expm1: Math.expm1, log: Math.log, log1p: Math.log1p, tanh: Math.tanh },
  ...{ sinh: Math.sinh, cosh: Math.cosh, sin: Math.sin, cos: Math.cos, tan: Math.tan },
  ...{ arcsin: Math.asin, arccos: Math.acos, arctan: Math.atan, arctan2: Math.atan2 },
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  pow: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
};

/** What is known without computing: NaN, infinities, zeros, and results beyond the format. */
function known(/** @type {string} */ name, /** @type {number} */ x, /** @type {number} */ y) {
  if (name === "erf") return Number.isFinite(x) && Math.abs(x) < 7 && x !== 0 ? undefined : Math.sign(x) || x;
  if (name === "sigmoid" && x > 60) return 1;
  if (name === "tanh" && Math.abs(x) > 40) return Math.sign(x);
  if (name === "expm1" && x < -80) return -1;
  const value = /** @type {(x: number, y: number) => number} */ (near[name])(x, y);
  const plain = Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(value);
  return plain && x !== 0 && x !== 1 && value !== 0 ? undefined : value;
}

const memory = new ArenaMemory(2 ** 28);
const libraries = [true, false].map((fused) => new KernelLibrary(memory, { deterministic: !fused }));

/** One function on many elements, in vectors. */
function computed(
  /** @type {string} */ name,
  /** @type {FloatType} */ dtype,
  /** @type {KernelLibrary} */ library,
  /** @type {readonly (Float32Array | Float64Array)[]} */ columns,
) {
  const shape = [columns[0]?.length ?? 0];
  const values = [...columns, undefined].map((_, id) => ({ id, dtype, shape }));
  const inputs = columns.map((_, id) => id);
  const nodes = [{ op: name, params: {}, inputs, output: columns.length }];
  const region = { values, inputs, constants: new Map(), nodes, outputs: [columns.length], scalarCount: 0 };
  const executable = compileRegion(/** @type {never} */ (region), memory, { codegen: true, library });
  const given = columns.map((column) => {
    const array = memory.allocateDirty(shape, dtype);
    /** @type {Float64Array} */ (array.data).set(column);
    return array;
  });
  const results = /** @type {typeof given} */ (executable.run(given, []));
  const [data] = results.map((result) => /** @type {Float64Array} */ (result.data).slice());
  for (const array of [...given, ...results]) memory.free(array);
  executable.dispose?.();
  return data ?? new Float64Array();
}

/**
 * The largest error of a function.
 * @param {string} name
 * @param {FloatType} dtype
 * @param {boolean} fused with multiply-add in one instruction
 * @param {number} points
 * @returns {Result}
 */
export function sweep(name, dtype, fused, points, seed = 1) {
  const xs = argumentsOf(name, dtype, points, seed);
  const ys = binaryNames.includes(name) ? argumentsOf("tanh", dtype, points, seed + 1).reverse() : undefined;
  special.forEach((x, i) => {
    special.forEach((y, k) => {
      const at = special.length * (i + 1) + k;
      if (ys === undefined || at >= points) return;
      xs[at] = x;
      ys[at] = y;
    });
  });
  const library = /** @type {KernelLibrary} */ (libraries[fused ? 0 : 1]);
  const got = computed(name, dtype, library, ys === undefined ? [xs] : [xs, ys]);
  const { digits } = formats[dtype];
  const round = dtype === "float32" ? Math.fround : (/** @type {number} */ x) => x;
  /** @type {Result} */
  const result = { name, dtype, fused, points, max: 0, at: [], special: 0 };
  for (let i = 0; i < points; i++) {
    const [x, y, value] = [xs[i] ?? 0, ys?.[i] ?? 0, got[i] ?? 0];
    const expected = known(name, x, y);
    const certain = expected !== undefined && (!Number.isFinite(expected) || expected === 0 || x === 1);
    if (certain && (name !== "pow" || x >= 0 || Number.isNaN(expected))) {
      if (
        !Object.is(value, round(expected)) &&
        !(x === 1 && Math.abs(value - expected) <= 2.5 * 2 ** (1 - digits))
      )
        result.special++;
      continue;
    }
    if (expected !== undefined) {
      if (Math.abs(value - round(expected)) > 2 ** (1 - digits)) result.special++;
      continue;
    }
    const error = errorOf(name, dtype, x, y, value);
    if (error > result.max) Object.assign(result, { max: error, at: ys === undefined ? [x] : [x, y] });
  }
  return result;
}

/** In units of the last place. */
function errorOf(
  /** @type {string} */ name,
  /** @type {FloatType} */ dtype,
  /** @type {number} */ x,
  /** @type {number} */ y,
  /** @type {number} */ value,
) {
  const negative = name === "pow" && x < 0 && Math.abs(y % 2) === 1;
  const compute = /** @type {(x: number, y: number) => import("./reference.mjs").Exact} */ (exactly[name]);
  const exact = compute(name === "pow" ? Math.abs(x) : x, y);
  return ulps(value, negative ? { ...exact, count: -exact.count } : exact, formats[dtype]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const points = Number(process.argv[2] ?? 100_000);
  console.log(`| function | float32 | float32, deterministic | float64 | float64, deterministic |`);
  console.log(`|---|---|---|---|---|`);
  for (const name of functionNames) {
    const cells = [];
    for (const dtype of /** @type {const} */ (["float32", "float64"])) {
      for (const fused of [true, false]) {
        const { max, special, at } = sweep(name, dtype, fused, points);
        cells.push(`${max.toFixed(2)}${special === 0 ? "" : ` (${special} special values wrong)`}`);
        if (process.argv.includes("--where")) cells.push(at.join());
      }
    }
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}
