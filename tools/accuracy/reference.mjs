// Elementary functions of doubles in whole numbers: BigInt counts units of 2^-bits. Errors are a few units.

/** @typedef {(x: bigint, bits: number) => bigint} Fixed a function of counts of 2^-bits */

const abs = (/** @type {bigint} */ x) => (x < 0n ? -x : x);
const times = (/** @type {bigint} */ x, /** @type {bigint} */ y, /** @type {number} */ bits) =>
  (x * y) >> BigInt(bits);
/** To the nearest. */
const shifted = (/** @type {bigint} */ x, /** @type {number} */ by) =>
  by >= 0 ? x << BigInt(by) : (x + (1n << BigInt(-by - 1))) >> BigInt(-by);

const cell = new DataView(new ArrayBuffer(8));

/** A finite double as fraction * 2^exponent. @param {number} x */
export function parts(x) {
  cell.setFloat64(0, x);
  const raw = cell.getBigUint64(0);
  const field = Number((raw >> 52n) & 0x7ffn);
  const fraction = (raw & ((1n << 52n) - 1n)) + (field === 0 ? 0n : 1n << 52n);
  return { fraction: raw >> 63n ? -fraction : fraction, exponent: Math.max(field, 1) - 1075 };
}

/** x in units of 2^-bits. @param {number} x @param {number} bits */
export function fixed(x, bits) {
  const { fraction, exponent } = parts(x);
  return shifted(fraction, exponent + bits);
}

/** @template T @param {(bits: number) => T} compute @returns {(bits: number) => T} */
function remembered(compute) {
  /** @type {Map<number, T>} */
  const known = new Map();
  return (bits) => {
    const value = known.get(bits) ?? compute(bits);
    known.set(bits, value);
    return value;
  };
}

/** atanh (sign 1) or atan (sign -1) of 1 / n. */
function inverseOf(/** @type {bigint} */ n, /** @type {number} */ bits, /** @type {1 | -1} */ sign) {
  let power = (1n << BigInt(bits)) / n;
  let sum = 0n;
  for (let k = 1n, s = 1n; power !== 0n; k += 2n, s *= BigInt(sign)) {
    sum += (s * power) / k;
    power /= n * n;
  }
  return sum;
}
const log2 = remembered((bits) => {
  const atanh = (/** @type {bigint} */ n) => inverseOf(n, bits + 8, 1);
  return (18n * atanh(26n) - 2n * atanh(4801n) + 8n * atanh(8749n)) >> 8n;
});
const pi = remembered(
  (bits) => (16n * inverseOf(5n, bits + 8, -1) - 4n * inverseOf(239n, bits + 8, -1)) >> 8n,
);

/** exp of something small. @type {Fixed} */
function expSeries(r, bits) {
  let term = 1n << BigInt(bits);
  let sum = 0n;
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    sum += term;
    term = times(term, r, bits) / k;
  }
  return sum;
}

/** exp(x) as a count of 2^-(bits - n) for the n that is given back. @type {(x: bigint, bits: number) => { value: bigint, n: number }} */
function exp(x, bits) {
  const unit = log2(bits);
  const n = (x + unit / 2n) / unit - (x < 0n ? 1n : 0n);
  return { value: expSeries(x - n * unit, bits), n: Number(n) };
}

/** log of something positive. @type {Fixed} */
function log(x, bits) {
  const k = x.toString(2).length - 1 - bits;
  const m = shifted(x, -k);
  const one = 1n << BigInt(bits);
  const s = ((m - one) << BigInt(bits)) / (m + one);
  const square = times(s, s, bits);
  let sum = 0n;
  for (let power = s, i = 1n; power !== 0n && power !== -1n; power = times(power, square, bits), i += 2n)
    sum += power / i;
  return 2n * sum + BigInt(k) * log2(bits);
}

/** sin or cos. @type {(x: bigint, bits: number, quarter: 0n | 1n) => bigint} */
function sinusoid(x, bits, quarter) {
  const half = pi(bits) / 2n;
  const n = (2n * x + half) / (2n * half) - (2n * x + half < 0n ? 1n : 0n);
  const r = x - n * half;
  const turns = (((n + quarter) % 4n) + 4n) % 4n;
  let term = turns % 2n === 0n ? r : 1n << BigInt(bits);
  let sum = 0n;
  for (let k = turns % 2n === 0n ? 1n : 0n; term !== 0n && term !== -1n; k += 2n) {
    sum += term;
    term = -times(times(term, r, bits), r, bits) / ((k + 1n) * (k + 2n));
  }
  return turns > 1n ? -sum : sum;
}

/** The square root of a whole number, rounded down. */
function root(/** @type {bigint} */ n) {
  if (n === 0n) return n;
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/**
 * The angle of the point (x, y) in the first quadrant, whose coordinates are counts of one unit: halved until its tangent
 * is small, then Taylor's series.
 * @type {(y: bigint, x: bigint, bits: number) => bigint}
 */
function arctangent(y, x, bits) {
  if (y > x) return pi(bits) / 2n - arctangent(x, y, bits);
  const unit = 1n << BigInt(bits);
  let t = (y << BigInt(bits)) / x;
  const halvings = 4n;
  for (let i = 0n; i < halvings; i++) t = (t << BigInt(bits)) / (unit + root(unit * unit + t * t));
  const square = times(t, t, bits);
  let sum = 0n;
  for (let power = t, k = 1n; power !== 0n && power !== -1n; power = -times(power, square, bits), k += 2n)
    sum += power / k;
  return sum << halvings;
}

/** The angle of a point anywhere, as `Math.atan2` counts it. @type {(y: bigint, x: bigint, bits: number) => bigint} */
function angle(y, x, bits) {
  const acute = arctangent(abs(y), abs(x), bits);
  const value = x < 0n ? pi(bits) - acute : acute;
  return y < 0n ? -value : value;
}

/** The cosine of an angle by its sine, or the other way round. @type {(x: bigint, bits: number) => bigint} */
const beside = (x, bits) => root((1n << BigInt(2 * bits)) - x * x);

/** @type {Fixed} */
function erf(x, bits) {
  const square = times(x, x, bits);
  let term = x;
  let sum = 0n;
  for (let k = 0n; term !== 0n && term !== -1n; ) {
    sum += term / (2n * k + 1n);
    k++;
    term = -times(term, square, bits) / k;
  }
  return ((2n * sum) << BigInt(bits)) / root(pi(bits) << BigInt(bits));
}

/** A value as count * 2^-bits. @typedef {{ count: bigint, bits: number }} Exact */

/** @type {(x: number, bits: number) => Exact} */
const exponential = (x, bits) => {
  const { value, n } = exp(fixed(x, bits), bits);
  return { count: value, bits: bits - n };
};
/** exp(x) of a positive number, in units of 2^-bits. */
const grownBy = (/** @type {number} */ x, /** @type {number} */ bits) => {
  const { value, n } = exp(fixed(x, bits), bits);
  return shifted(value, n);
};
const one = (/** @type {number} */ bits) => 1n << BigInt(bits);
const quotient = (/** @type {bigint} */ x, /** @type {bigint} */ y, /** @type {number} */ bits) => ({
  count: (x << BigInt(bits)) / y,
  bits,
});

/**
 * Functions of finite doubles with some hundred right bits. `bits` grows with small arguments, so that small results
 * have as many.
 * @type {Readonly<Record<string, (x: number, y: number) => Exact>>}
 */
export const exactly = {
  exp: (x) => exponential(x, 160),
  expm1: (x) => {
    const bits = precision(x, 160);
    const { value, n } = exp(fixed(x, bits), bits);
    return { count: shifted(value, n) - one(bits), bits };
  },
  log: (x) => {
    const bits = precision(x, 160);
    return { count: log(fixed(x, bits), bits), bits };
  },
  log1p: (x) => {
    const bits = precision(x, 160);
    return { count: log(one(bits) + fixed(x, bits), bits), bits };
  },
  tanh: (x) => {
    const bits = precision(x, 200);
    const { value, n } = exp(2n * fixed(x, bits), bits);
    const e = shifted(value, n);
    return quotient(e - one(bits), e + one(bits), bits);
  },
  sigmoid: (x) => {
    // exp(x) / (1 + exp(x)), whose count keeps its bits where it is small.
    const { count, bits } = exponential(Math.min(x, 60), 160);
    return quotient(count, one(bits) + count, bits);
  },
  erf: (x) => {
    const bits = precision(x, 220);
    return { count: erf(fixed(x, bits), bits), bits };
  },
  sin: (x) => {
    const bits = precision(x, 240) + size(x);
    return { count: sinusoid(fixed(x, bits), bits, 0n), bits };
  },
  cos: (x) => {
    const bits = 240 + size(x);
    return { count: sinusoid(fixed(x, bits), bits, 1n), bits };
  },
  tan: (x) => {
    const bits = precision(x, 300) + size(x);
    const at = fixed(x, bits);
    return quotient(sinusoid(at, bits, 0n), sinusoid(at, bits, 1n), bits);
  },
  arcsin: (x) => {
    const bits = precision(x, 200);
    const sine = fixed(x, bits);
    return { count: angle(sine, beside(sine, bits), bits), bits };
  },
  arccos: (x) => {
    const bits = 240;
    const cosine = fixed(x, bits);
    return { count: angle(beside(cosine, bits), cosine, bits), bits };
  },
  arctan: (x) => {
    const bits = precision(x, 200);
    return { count: angle(fixed(x, bits), one(bits), bits), bits };
  },
  arctan2: (y, x) => {
    const least = Math.min(parts(y).exponent, parts(x).exponent);
    const [above, along] = [y, x].map((value) => fixed(value, -least));
    const bits = 200 + Math.max(0, highest(x) - highest(y));
    return { count: angle(/** @type {bigint} */ (above), /** @type {bigint} */ (along), bits), bits };
  },
  sinh: (x) => {
    const bits = precision(x, 200);
    const grown = grownBy(Math.abs(x), bits);
    const difference = grown - (one(bits) << BigInt(bits)) / grown;
    return { count: x < 0 ? -difference : difference, bits: bits + 1 };
  },
  cosh: (x) => {
    const bits = 200;
    const grown = grownBy(Math.abs(x), bits);
    return { count: grown + (one(bits) << BigInt(bits)) / grown, bits: bits + 1 };
  },
  pow: (x, y) => {
    const bits = precision(x, 240);
    const { value, n } = exp(times(log(fixed(x, bits), bits), fixed(y, bits), bits), bits);
    return { count: value, bits: bits - n };
  },
};

/** Bits in front of the point. */
const size = (/** @type {number} */ x) => Math.max(0, Math.ceil(Math.log2(Math.abs(x))));

/** So many bits, and as many more as the argument begins behind the point. */
function precision(/** @type {number} */ x, /** @type {number} */ bits) {
  return bits + Math.max(0, -highest(x));
}

/** A number is below 2 to this power. */
function highest(/** @type {number} */ x) {
  const { fraction, exponent } = parts(x);
  return exponent + abs(fraction).toString(2).length;
}

/**
 * How far a double is from an exact value, in units of the last place that the value has in a float format. An infinity
 * has no error where the value is beyond what the format holds.
 * @param {number} got
 * @param {Exact} exact
 * @param {{ digits: number, lowest: number, largest: number }} format
 */
export function ulps(got, { count, bits }, { digits, lowest, largest }) {
  if (count === 0n) return got === 0 ? 0 : Number.POSITIVE_INFINITY;
  const exponent = Math.max(abs(count).toString(2).length - bits - digits, lowest);
  const { fraction, exponent: at } = parts(Number.isFinite(got) ? got : Math.sign(got) * largest);
  // Both in units of 2^-scale, with 40 bits to spare below one unit of the last place.
  const scale = Math.max(bits, -at, 40 - exponent);
  const [found, wanted] = [shifted(fraction, at + scale), shifted(count, scale - bits)];
  if (!Number.isFinite(got) && abs(wanted) >= abs(found) && wanted > 0n === found > 0n) return 0;
  return Number(shifted(abs(found - wanted), 40 - exponent - scale)) / 2 ** 40;
}

/** Digits of a format, the exponent of its smallest number, and its largest finite number. */
export const formats = {
  float32: { digits: 24, lowest: -149, largest: (2 - 2 ** -23) * 2 ** 127 },
  float64: { digits: 53, lowest: -1074, largest: Number.MAX_VALUE },
};
