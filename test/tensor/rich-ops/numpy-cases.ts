/** What builds each case of numpy-rich-ops.json: a case that is missing here, or there, fails the test. */
import * as b from "@bitale/core";

export type Result = b.TensorVariable | readonly b.TensorVariable[];
type Build = (...inputs: b.TensorVariable[]) => Result;

const each = (list: readonly (string | number | null)[], name: string, build: (item: never) => Build) =>
  Object.fromEntries(list.map((item) => [`${name}${item}`, build(item as never)])) as Record<string, Build>;
const ordOf = (text: string): number | "fro" | undefined =>
  ({ None: undefined, fro: "fro" as const, inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY })[
    text as "fro"
  ] ?? (text === "None" ? undefined : Number(text));

const numbers: Record<string, Build> = {
  exp2: b.exp2,
  "exp2 of odd numbers": b.exp2,
  cbrt: b.cbrt,
  square: b.square,
  arcsinh: b.arcsinh,
  "arcsinh of odd numbers": b.arcsinh,
  arccosh: b.arccosh,
  arctanh: b.arctanh,
  degrees: b.degrees,
  radians: b.radians,
  sinc: b.sinc,
  "sinc of odd numbers": b.sinc,
  log2: b.log2,
  log10: b.log10,
  logical_not: b.logicalNot,
  isfinite: b.isFinite,
  "isfinite of odd numbers": b.isFinite,
  isposinf: b.isPosInf,
  "isposinf of odd numbers": b.isPosInf,
  isneginf: b.isNegInf,
  "isneginf of odd numbers": b.isNegInf,
  signbit: b.signBit,
  "signbit of odd numbers": b.signBit,
  heaviside: (x) => b.heaviside(x, 0.5),
  hypot: b.hypot,
  logaddexp: b.logAddExp,
  logaddexp2: b.logAddExp2,
  copysign: b.copySign,
  fmax: b.fmax,
  fmin: b.fmin,
  logical_and: b.logicalAnd,
  logical_or: b.logicalOr,
  logical_xor: b.logicalXor,
  isclose: (x, y) => b.isClose(x, y),
  "isclose equal_nan": (x, y) => b.isClose(x, y, { rtol: 0.2, equalNaN: true }),
  allclose: (x, y) => b.allClose(x, y),
  nan_to_num: (x) => b.nanToNum(x, { nan: 1, posInf: 2, negInf: 3 }),
  "nan_to_num defaults": (x) => b.nanToNum(x),
  "clip tensors": b.clip,
  "clip above": (x) => b.clip(x, null, 0.25),
  lerp: (x, y) => b.lerp(x, y, 0.3),
  xlogy: b.xlogy,
};

const activations: Record<string, Build> = {
  relu6: b.relu6,
  leaky_relu: (x) => b.leakyRelu(x),
  elu: (x) => b.elu(x, 1.5),
  celu: (x) => b.celu(x, 1.5),
  selu: b.selu,
  silu: b.silu,
  mish: b.mish,
  gelu: (x) => b.gelu(x),
  "gelu tanh": (x) => b.gelu(x, { approximate: "tanh" }),
  log_sigmoid: b.logSigmoid,
  softplus: b.softplus,
  soft_sign: b.softSign,
  hard_tanh: b.hardTanh,
  hard_sigmoid: b.hardSigmoid,
  hard_silu: b.hardSilu,
};

const reductions: Record<string, Build> = {
  "argmax over two axes": (x) => b.argmax(x, { axis: [0, -1] }),
  "argmin over two axes kept": (x) => b.argmin(x, { axis: [0, 2], keepDims: true }),
  "argmax over all kept": (x) => b.argmax(x, { keepDims: true }),
  "mean dtype": (x) => b.mean(x, { axis: 1, dtype: "float32" }),
  "mean of integers": (x) => b.mean(x),
  "mean of float16": (x) => b.mean(x),
  "var ddof": (x) => b.variance(x, { axis: [0, 2], ddof: 1 }),
  "std dtype kept": (x) => b.std(x, { axis: 0, dtype: "float32", keepDims: true }),
  logsumexp: (x) => b.logSumExp(x, { axis: [0, 2], keepDims: true }),
  ptp: (x) => b.ptp(x, { axis: 1, keepDims: true }),
  count_nonzero: (x) => b.countNonzero(x, { axis: 1 }),
  average: (x, weights) => b.average(x, { axis: 1, weights }),
  "average of all": (x, weights) => b.average(x, { weights }),
  median: (x) => b.median(x, { axis: [0, 2] }),
  "median of integers": (x) => b.median(x),
  ...each(
    ["linear", "lower", "higher", "midpoint", "nearest"],
    "quantile ",
    (method) => (x) =>
      b.quantile(
        x,
        [
          [0, 0.3],
          [0.55, 1],
        ],
        { axis: 1, method },
      ),
  ),
  "quantile kept": (x) => b.quantile(x, 0.4, { axis: [0, 2], keepDims: true }),
  "quantile of NaN": (x) => b.quantile(x, [0.5, 1], { axis: 1 }),
  percentile: (x) => b.percentile(x, 35),
  bincount: (x) => b.bincount(x),
  "bincount min": (x) => b.bincount(x, { minLength: 4 }),
  "bincount of nothing": (x) => b.bincount(x, { minLength: 2 }),
  "bincount weights": (x, weights) => b.bincount(x, { weights }),
  histogram: (x) => b.histogram(x, { bins: 4 }),
  "histogram range": (x) => b.histogram(x, { bins: 3, range: [-1, 1] }),
  "histogram edges density": (x) => b.histogram(x, { bins: b.constant([-2, -0.5, 0, 3]), density: true }),
  "histogram weights": (x, weights) => b.histogram(x, { bins: 2, weights }),
  "histogram of equal": (x) => b.histogram(x, { bins: 3 }),
  cov: (x) => b.cov(x),
  "cov columns": (x) => b.cov(x, { columns: true, ddof: 0 }),
  corrcoef: (x) => b.corrCoef(x),
  ...each(
    ["None", 1, 2, 3, 0, "inf", "-inf"],
    "norm of a vector ",
    (ord) => (x) => b.norm(x, { ord: ordOf(String(ord)) }),
  ),
  ...each(
    ["None", "fro", 1, -1, "inf", "-inf"],
    "norm of a matrix ",
    (ord) => (x) => b.norm(x, { ord: ordOf(String(ord)) }),
  ),
  "norm along an axis": (x) => b.norm(x, { ord: 1, axis: 1, keepDims: true }),
  "norm of stacked matrices": (x) =>
    b.norm(x, { ord: Number.POSITIVE_INFINITY, axis: [2, 0], keepDims: true }),
};

const products: Record<string, Build> = {
  "einsum length 1 stretched: ij,jk->ik": (x, y) => b.einsum("ij,jk->ik", b.specifyShape(x, [null, 1]), y),
  inner: b.inner,
  vdot: b.vdot,
  vecdot: (x, y) => b.vecdot(x, y),
  "vecdot axis": (x, y) => b.vecdot(x, y, 0),
  kron: b.kron,
  "kron of ranks": b.kron,
  cross: (x, y) => b.cross(x, y),
  matrix_transpose: b.matrixTranspose,
  cholesky: (x) => b.cholesky(x),
  "cholesky upper": (x) => b.cholesky(x, { lower: false }),
  solve: b.solve,
  "solve vector": b.solve,
  "solve stack": b.solve,
  "solve lower": (a, y) => b.solveTriangular(a, y),
  "solve upper transposed": (a, y) => b.solveTriangular(a, y, { lower: false, transpose: true }),
  "solve unit": (a, y) => b.solveTriangular(a, y, { unitDiagonal: true }),
  "solve cholesky": b.solveCholesky,
  inv: b.inv,
  det: b.det,
  "det singular": b.det,
  slogdet: b.slogDet,
};

const moves: Record<string, Build> = {
  moveaxis: (x) => b.moveAxis(x, [0, 2], [-1, 0]),
  "repeat counts": (x) => b.repeat(x, [2, 0, 3], 1),
  "repeat flat counts": (x, counts) => b.repeat(x, counts),
  tile: (x) => b.tile(x, [2, 1, 2]),
  "roll axes": (x) => b.roll(x, [1, -2], [0, 2]),
  ...each(
    ["edge", "reflect", "symmetric", "wrap"],
    "pad ",
    (mode) => (x) =>
      b.pad(
        x,
        [
          [3, 2],
          [0, 5],
        ],
        { mode },
      ),
  ),
  "pad constant": (x) =>
    b.pad(
      x,
      [
        [1, 0],
        [2, 3],
      ],
      { value: 7 },
    ),
  "pad all": (x) => b.pad(x, 1),
  "pad one entry": (x) => b.pad(x, 2, { mode: "reflect" }),
  split: (x) => b.split(x, 2, 1),
  "split at": (x) => b.split(x, [1, 3, 6]),
  array_split: (x) => b.arraySplit(x, 3),
  unstack: (x) => b.unstack(b.specifyShape(x, [2, null])),
  vstack: (x, y) => b.vstack([x, y]),
  hstack: (x, y) => b.hstack([x, y]),
  "hstack of vectors": (x, y) => b.hstack([x, y]),
  dstack: (x, y) => b.dstack([x, y]),
  column_stack: (x, y) => b.columnStack([x, y]),
  atleast_3d: b.atLeast3d,
  broadcast_arrays: (x, y) => b.broadcastArrays([x, y]),
  "diag below": (x) => b.diag(x, -2),
  "diag of a matrix above": (x) => b.diag(x, 2),
  diagonal: (x) => b.diagonal(x, { offset: 1, axis1: 2, axis2: 0 }),
  "diagonal below": (x) => b.diagonal(x, { offset: -1 }),
  "diagonal outside": (x) => b.diagonal(x, { offset: 7 }),
  trace: (x) => b.trace(x, { offset: -1, axis1: 1, axis2: 2 }),
  "trace of integers": (x) => b.trace(x),
  tri: () => b.tri(3, 4, -1),
  tril: (x) => b.tril(x, 1),
  triu: (x) => b.triu(x, -1),
  "tril of a vector": (x) => b.tril(x),
  linspace: () => b.linspace(-1, 2, 7),
  "linspace open": () => b.linspace(0, 1, 4, { endpoint: false }),
  "linspace of tensors": (x) => b.linspace(x, 1, 3),
  logspace: () => b.logspace(0, 2, 5),
  meshgrid: (x, y) => b.meshgrid([x, y]),
  "meshgrid ij": (x, y) => b.meshgrid([x, y], { indexing: "ij" }),
  "meshgrid sparse": (x, y, z) => b.meshgrid([x, y, z], { sparse: true }),
};

const orders: Record<string, Build> = {
  "argsort descending": (x) => b.argsort(x, { descending: true }),
  "sort descending": (x) => b.sort(x, { descending: true }),
  topk: (x) => b.topK(x, 2),
  searchsorted: (edges, x) => b.searchSorted(edges, x),
  "searchsorted right": (edges, x) => b.searchSorted(edges, x, { side: "right" }),
  diff: (x) => b.diff(x, 2, 1),
  "cumsum dtype": (x) => b.cumsum(b.gt(x, 0), { axis: 0, dtype: "int64" }),
  cumprod: (x) => b.cumprod(x, { axis: 1 }),
  "cumprod of all": (x) => b.cumprod(x),
  cummax: (x) => b.cummax(x, { axis: 1 }),
  cummin: (x) => b.cummin(x, { axis: 0 }),
  "take wrap": (x, i) => b.take(x, i, 1, "wrap"),
  "take clip": (x, i) => b.take(x, i, 0, "clip"),
  "take of all": (x, i) => b.take(x, i, null),
  take_along_axis: (x, i) => b.takeAlongAxis(x, i, 0),
  "take_along_axis broadcast": (x, i) => b.takeAlongAxis(x, i, 0),
  put_along_axis: (x, i) => b.putAlongAxis(x, i, 9, 1),
  nonzero: b.nonzero,
  argwhere: (x) => b.argWhere(b.gt(x, 0)),
  unravel_index: (i) => b.unravelIndex(i, [2, 3, 4]),
  ravel_multi_index: (i, j) => b.ravelMultiIndex([i, j], [2, 3]),
};

const softmaxes: Record<string, Build> = {
  "softmax over axes": (x) => b.softmax(x, { axis: [0, 2] }),
  "softmax over all": (x) => b.softmax(x, { axis: null }),
  "softmax masked": (x, where) => b.softmax(x, { where }),
  "log_softmax masked": (x, where) => b.logSoftmax(x, { axis: 1, where }),
  "softmax of nothing": (x) => b.softmax(x, { where: b.lt(x, -100) }),
};

const losses: Record<string, Build> = {
  squared_error: b.squaredError,
  absolute_error: b.absoluteError,
  huber: (x, y) => b.huber(x, y, 0.5),
  hinge: b.hinge,
  binary_crossentropy: b.binaryCrossentropy,
  sigmoid_crossentropy: b.sigmoidCrossentropy,
  "categorical_crossentropy classes": b.categoricalCrossentropy,
  categorical_crossentropy: b.categoricalCrossentropy,
  "softmax_crossentropy classes": b.softmaxCrossentropy,
  softmax_crossentropy: b.softmaxCrossentropy,
  kullback_leibler: b.kullbackLeibler,
};

/** Both ways to read windows: a kernel whose sizes are static, and one whose sizes are not. */
const conv =
  (options: b.ConvolutionOptions, op: typeof b.conv2d = b.conv2d, sizes: readonly number[] = [3, 2]): Build =>
  (x, kernel) => {
    const rest = [null, null];
    const shape = options.channels === "first" ? [...rest, ...sizes] : [...sizes, ...rest];
    return [op(x, b.specifyShape(kernel, shape), options), op(x, kernel, options)];
  };
const windows: Record<string, Build> = {
  conv2d: conv({}),
  "conv2d strides": conv({ strides: [2, 3] }),
  "conv2d same": conv({ padding: "same" }),
  "conv2d same strides": conv({ padding: "same", strides: 2 }),
  "conv2d margins dilation": conv({
    padding: [
      [1, 2],
      [1, 2],
    ],
    dilation: 2,
  }),
  "conv2d groups": conv({ groups: 2 }),
  "conv2d depthwise same": conv({ groups: 4, strides: [2, 1], padding: "same" }, b.conv2d, [2, 2]),
  "conv2d channels first": conv({ channels: "first", strides: [2, 1] }),
  conv1d: conv({ strides: 2, padding: "same" }, b.conv1d, [3]),
  conv3d: conv({}, b.conv3d, [2, 2, 2]),
  ...each(["1 valid", "2 valid", "1 same", "2 same", "4 same"], "conv2d_transpose ", (how: string) => {
    const [strides, padding] = how.split(" ") as [string, "valid" | "same"];
    return (x, kernel) => b.conv2dTranspose(x, kernel, { strides: Number(strides), padding });
  }),
  max_pool: (x) => b.maxPool2d(x, 2),
  "max_pool same": (x) => b.maxPool2d(x, [3, 2], { strides: [2, 1], padding: "same" }),
  "max_pool channels first": (x) => b.maxPool2d(x, [2, 3], { channels: "first" }),
  max_pool1d: (x) => b.maxPool1d(x, 3, { strides: 1 }),
  avg_pool: (x) => b.avgPool2d(x, [2, 3], { strides: 1 }),
  "avg_pool same": (x) => b.avgPool2d(x, 3, { strides: 2, padding: "same" }),
  "avg_pool counted margins": (x) => b.avgPool2d(x, 3, { strides: 2, padding: "same", countMargins: true }),
  avg_pool1d: (x) => b.avgPool1d(x, 2),
  ...each(["full", "same", "valid"], "convolve ", (mode) => (x, y) => b.convolve(x, y, mode)),
  ...each(["full", "same", "valid"], "convolve shorter first ", (mode) => (x, y) => b.convolve(x, y, mode)),
};

/** A slice by its text, static and with a symbolic step. */
function sliced(text: string): Build {
  const [start, stop, step] = text.split(":").map((part) => (part === "None" ? null : Number(part)));
  return (x) => [
    b.index(x, b.slice(start, stop, step)),
    b.index(
      x,
      b.slice(start, stop, b.size(b.zeros([Math.abs(step as number)])).mul(Math.sign(step as number))),
    ),
    b
      .setIndex(
        b.zerosLike(x),
        [b.slice(start, stop, b.constant(BigInt(step as number)))],
        x.index(b.slice(start, stop, step)),
      )
      .index(b.slice(start, stop, step)),
  ];
}

const table: Readonly<Record<string, Build>> = {
  ...numbers,
  ...activations,
  ...reductions,
  ...products,
  ...moves,
  ...orders,
  ...windows,
  ...softmaxes,
  ...losses,
};

/** What builds a case; undefined for a name that is not known. */
export function buildOf(name: string): Build | undefined {
  const known = table[name];
  if (known !== undefined) return known;
  const [head, rest] = [name.split(" ")[0], name.slice(name.indexOf(" ") + 1)];
  if (head === "einsum") return (...x) => b.einsum(rest.slice(rest.indexOf(":") + 2), ...x);
  if (head === "matmul") return b.matmul;
  if (head === "slice") return sliced(rest);
  return undefined;
}
export const names = Object.keys(table);
