/** Rows for ops that move elements: shapes, joining, repeating, indexing, and tensors made from lengths. */
import * as b from "@bitale/core";
import fc from "fast-check";
import {
  arrayOf,
  axisOf,
  axisOrNull,
  type Example,
  everything,
  fullShape,
  indicesInto,
  type Limits,
  length,
  numbers,
  one,
  optional,
  positive,
  type Result,
  type Rows,
  several,
  two,
} from "./given.js";

const withAxis = fullShape.filter((shape) => shape.length > 0);
const whole = { dtypes: everything };
const matrices = { dtypes: everything, shape: fc.array(length, { minLength: 2, maxLength: 3 }) };
type Along = (x: b.TensorVariable, axis: number, shape: readonly number[]) => Result;
const along = (op: Along, operands: Parameters<typeof optional>[2] = {}) =>
  optional(axisOf, op, { shape: withAxis, ...whole, ...operands });
/**
 * A row for ops that join three operands, which differ in length along one axis.
 * @param joins which axis that is, by the rank; undefined: none. Left out: any
 */
const joining =
  (
    op: (operands: b.TensorVariable[], axis: number) => b.TensorVariable,
    joins?: (rank: number) => number | undefined,
  ) =>
  (limits: Limits): fc.Arbitrary<Example> =>
    fc.array(length, { minLength: 1, maxLength: 3 }).chain((shape) =>
      fc
        .tuple(fc.integer({ min: 0, max: shape.length - 1 }), fc.tuple(length, length, length))
        .chain(([any, lengths]) => {
          const axis = joins === undefined ? any : joins(shape.length);
          const arrays = lengths.map((n) =>
            arrayOf(
              shape.map((d, i) => (i === axis ? n : d)),
              everything,
              limits,
            ),
          );
          return fc.tuple(...arrays).map((values) => ({ values, build: (...x) => op(x, axis ?? any) }));
        }),
    );

/** A row for ops that take integer indices into an axis. */
const indexed =
  (
    op: (x: b.TensorVariable, indices: b.TensorVariable, axis: number, more: b.TensorVariable) => Result,
    perPlace = false,
  ) =>
  (limits: Limits): fc.Arbitrary<Example> =>
    fc.array(positive, { minLength: 1, maxLength: 3 }).chain((shape) =>
      axisOf(shape).chain((axis) => {
        const at = axis < 0 ? axis + shape.length : axis;
        const size = shape[at] as number;
        return fc
          .tuple(
            arrayOf(shape, everything, limits),
            indicesInto(size, positive),
            arrayOf([], ["int32", "float32"], { special: false }),
          )
          .map(([value, indices, more]) => {
            const wide = shape.map((_, i) => (i === at ? indices.size : 1));
            const places = perPlace
              ? new b.NDArray({ data: indices.data, shape: wide, dtype: "int64" })
              : indices;
            return {
              values: [value, places, more],
              build: (x, i, y) =>
                op(x as b.TensorVariable, i as b.TensorVariable, axis, y as b.TensorVariable),
            };
          });
      }),
    );

const sliceOf = fc
  .record({
    start: fc.option(fc.integer({ min: -5, max: 5 })),
    stop: fc.option(fc.integer({ min: -5, max: 5 })),
    step: fc.constantFrom(-2, -1, 1, 1, 2, 3),
  })
  .map(({ start, stop, step }) => b.slice(start, stop, step));
const symbolic = ({ start, stop, step }: b.Slice): b.Slice =>
  b.slice(
    start,
    stop,
    b.abs(b.constant(BigInt(step as number))).mul(b.sign(b.constant(BigInt(step as number)))),
  );
const slices = (shape: readonly number[]): fc.Arbitrary<b.Slice[]> =>
  fc.tuple(...shape.map(() => sliceOf)) as fc.Arbitrary<b.Slice[]>;
/** A number of its own for every element, so that writes show where they went. */
const marks = (x: b.TensorVariable): b.TensorVariable => b.reshape(b.iota(b.size(x)), shapeItems(x));
const shapeItems = (x: b.TensorVariable): b.TensorVariable[] =>
  Array.from({ length: x.type.ndim }, (_, axis) => b.index(b.shapeOf(x), axis));

const padMode = fc.constantFrom<b.PadMode[]>("constant", "edge", "reflect", "symmetric", "wrap");

export const movingRows: Rows = {
  reshape: one((x) => [b.reshape(x, [-1]), b.reshape(x, [1, b.size(x)])], whole),
  flatten: optional(
    (shape) => fc.integer({ min: 1, max: Math.max(1, shape.length) }),
    (x, n) => b.flatten(x, n),
    whole,
  ),
  transpose: optional(
    (shape) =>
      fc.shuffledSubarray(
        shape.map((_, i) => i),
        { minLength: shape.length },
      ),
    (x, order) => b.transpose(x, order),
    whole,
  ),
  swapAxes: along((x, axis) => b.swapAxes(x, axis, 0)),
  moveAxis: along((x, axis) => b.moveAxis(x, axis, -1)),
  matrixTranspose: one(b.matrixTranspose, matrices),
  expandDims: one((x) => b.expandDims(x, [0, -1]), whole),
  squeeze: one((x) => b.squeeze(b.expandDims(x, [0, -1]), [-1, 0]), whole),
  dimShuffle: optional(
    (shape) =>
      fc.shuffledSubarray(
        shape.map((_, i) => i),
        { minLength: shape.length },
      ),
    (x, order) => b.dimShuffle(x, ["x", ...order, "x"]),
    whole,
  ),
  broadcastTo: optional(
    (shape) => fc.constant([2, ...shape]),
    (x, to) => b.broadcastTo(x, to),
    whole,
  ),
  broadcastArrays: two((x, y) => b.broadcastArrays([x, y]), whole),
  concatenate: joining((list, axis) => b.concatenate(list, axis)),
  stack: joining(
    (list, axis) => b.stack(list, axis),
    () => undefined,
  ),
  vstack: joining(
    (list) => b.vstack(list),
    (rank) => (rank === 1 ? undefined : 0),
  ),
  hstack: joining(
    (list) => b.hstack(list),
    (rank) => (rank === 1 ? 0 : 1),
  ),
  dstack: joining(
    (list) => b.dstack(list),
    (rank) => (rank === 3 ? 2 : undefined),
  ),
  columnStack: several(
    length.map((n) => [[n], [n, 2]]),
    (x, y) => b.columnStack([x, y]),
    whole,
  ),
  atLeast1d: one(b.atLeast1d, whole),
  atLeast2d: one(b.atLeast2d, whole),
  atLeast3d: one(b.atLeast3d, whole),
  split: along((x, axis, shape) => b.split(x, shape.at(axis) as number, axis)),
  "split at places": along((x, axis) => b.split(x, [1, 3], axis)),
  arraySplit: along((x, axis) => b.arraySplit(x, 3, axis)),
  unstack: along((x, axis, shape) => b.unstack(b.specifyShape(x, shape), axis)),
  tile: optional(
    () => fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 }),
    (x, counts) => b.tile(x, counts),
    whole,
  ),
  "tile symbolically": one((x) => b.tile(x, b.size(b.iota(2))), whole),
  repeat: optional(
    (shape) => fc.tuple(fc.integer({ min: 0, max: 3 }), axisOrNull(shape)),
    (x, [count, axis]) => b.repeat(x, count, axis),
    whole,
  ),
  "repeat each": along((x, axis, shape) =>
    b.repeat(
      x,
      Array.from({ length: shape.at(axis) as number }, (_, i) => (i * 2) % 3),
      axis,
    ),
  ),
  flip: optional(axisOrNull, (x, axis) => b.flip(x, axis), whole),
  roll: optional(
    (shape) => fc.tuple(fc.integer({ min: -5, max: 5 }), axisOrNull(shape)),
    (x, [shift, axis]) => b.roll(x, shift, axis),
    { ...whole, shape: fullShape },
  ),
  pad: optional(
    (shape) =>
      fc.tuple(
        padMode,
        fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: shape.length, maxLength: shape.length }),
      ),
    (x, [mode, widths]) => b.pad(x, widths as [number, number][], { mode, value: 1 }),
    { ...whole, shape: withAxis },
  ),
  diag: optional(
    () => fc.integer({ min: -2, max: 2 }),
    (x, k) => b.diag(x, k),
    { ...whole, shape: fc.array(length, { minLength: 1, maxLength: 2 }) },
  ),
  diagonal: optional(
    () => fc.integer({ min: -2, max: 2 }),
    (x, offset) => b.diagonal(x, { offset, axis1: -1, axis2: 0 }),
    matrices,
  ),
  trace: optional(
    () => fc.integer({ min: -2, max: 2 }),
    (x, offset) => b.trace(x, { offset }),
    { ...matrices, dtypes: numbers },
  ),
  tri: one((x) => b.tri(b.size(x), 3, -1)),
  tril: optional(
    () => fc.integer({ min: -2, max: 2 }),
    (x, k) => b.tril(x, k),
    { ...whole, shape: withAxis },
  ),
  triu: optional(
    () => fc.integer({ min: -2, max: 2 }),
    (x, k) => b.triu(x, k),
    { ...whole, shape: withAxis },
  ),
  index: optional(slices, (x, items) => [b.index(x, ...items), b.index(x, ...items.map(symbolic))], whole),
  "index by positions": along((x, axis) => b.index(b.moveAxis(x, axis, 0), -1, "...", null)),
  "index by arrays": indexed((x, i) => [
    b.index(x, b.mod(i, b.index(b.shapeOf(x), 0))),
    b.index(x, b.gt(x, 0)),
  ]),
  "index by two arrays": optional(
    () =>
      fc.array(fc.tuple(fc.integer({ min: -2, max: 1 }), fc.integer({ min: -3, max: 2 })), { maxLength: 4 }),
    (x, places) =>
      b.index(
        x,
        ...[0, 1].map((axis) =>
          b.constant(
            places.map((place) => place[axis] as number),
            { dtype: "int64" },
          ),
        ),
      ),
    { ...whole, shape: fc.constant([2, 3]) },
  ),
  setIndex: optional(
    slices,
    (x, items) => {
      const to = b.index(b.cast(marks(x), x.type.dtype), ...items);
      return [b.setIndex(x, items, to), b.setIndex(x, items.map(symbolic), to)];
    },
    whole,
  ),
  addIndex: optional(slices, (x, items) => b.addIndex(x, items, 1)),
  "addIndex by arrays": indexed((x, i) => b.addIndex(x, [b.mod(i, b.index(b.shapeOf(x), 0))], 1)),
  narrow: along((x, axis) => b.narrow(x, axis, 0, 1)),
  take: indexed((x, i, axis) => b.take(x, i, axis)),
  "take beyond the end": indexed((x, i, axis) => [
    b.take(x, b.mul(i, 3n), axis, "wrap"),
    b.take(x, b.mul(i, 3n), null, "clip"),
  ]),
  takeAlongAxis: indexed((x, i, axis) => b.takeAlongAxis(x, i, axis), true),
  putAlongAxis: indexed(
    (x, i, axis, y) => [b.putAlongAxis(x, i, y, axis), b.putAlongAxis(b.cast(x, "int32"), i, y, axis, "add")],
    true,
  ),
  pick: (limits) =>
    fc.tuple(positive, positive).chain(([n, k]) =>
      fc.tuple(arrayOf([n, k], numbers, limits), indicesInto(k, fc.constant(n))).map(([x, i]) => ({
        values: [x, i],
        build: (m, at) => b.pick(m as b.TensorVariable, at as b.TensorVariable),
      })),
    ),
  unravelIndex: indexed((x, i) => b.unravelIndex(b.abs(i), [2, b.size(x)])),
  ravelMultiIndex: indexed((x, i) => b.ravelMultiIndex([b.abs(i), b.abs(i)], [9, b.size(x)])),
  zerosLike: one((x) => b.zerosLike(x), whole),
  onesLike: one((x) => b.onesLike(x), whole),
  fullLike: one((x) => b.fullLike(x, 3, "float64"), whole),
  zeros: one((x) => b.zeros([b.size(x), 2], "int32") as b.TensorVariable),
  ones: one((x) => b.ones([b.size(x)]) as b.TensorVariable),
  full: one((x) => b.full([2, b.size(x)], 1.5) as b.TensorVariable),
  iota: one((x) => b.iota(b.size(x))),
  arange: one((x) => b.arange(b.size(x))),
  eye: one((x) => b.eye(b.size(x), 3, 1)),
  oneHot: indexed((_x, i) => b.oneHot(i, 4)),
  linspace: two((x, y) => b.linspace(x, y, 5), { finite: true, dtypes: ["float32", "float64", "int32"] }),
  logspace: two((x, y) => b.logspace(x, y, 3, { base: 2 }), { finite: true, dtypes: ["float32", "float64"] }),
  meshgrid: several(
    fc.tuple(length, length).map(([m, n]) => [[m], [n]]),
    (x, y) => [...b.meshgrid([x, y]), ...b.meshgrid([x, y], { indexing: "ij", sparse: true })],
    { dtypes: ["float32"] },
  ),
};
