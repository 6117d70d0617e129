import {
  argsort,
  createRuntime,
  cumsum,
  diag,
  flatNonzero,
  flip,
  index,
  matrix,
  type NDArray,
  type Operand,
  repeat,
  roll,
  slice,
  sort,
  sum,
  type TensorVariable,
  take,
  tile,
  trace,
  vector,
} from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";
import { plainRuntime } from "../plain-runtime.js";

const m = [
  [1, 5, 2],
  [4, 3, 6],
];
const v = [3, 1, 2];
const cases: [string, unknown, (x: TensorVariable) => TensorVariable, unknown][] = [
  ["tile", v, (x) => tile(x, 2), [3, 1, 2, 3, 1, 2]],
  ["tile of more axes", v, (x) => tile(x, [2, 1]), [v, v]],
  [
    "repeat",
    m,
    (x) => repeat(x, 2, 1),
    [
      [1, 1, 5, 5, 2, 2],
      [4, 4, 3, 3, 6, 6],
    ],
  ],
  ["repeat flattened", v, (x) => repeat(x, 2), [3, 3, 1, 1, 2, 2]],
  [
    "flip",
    m,
    (x) => flip(x, 1),
    [
      [2, 5, 1],
      [6, 3, 4],
    ],
  ],
  [
    "flip all",
    m,
    (x) => flip(x),
    [
      [6, 3, 4],
      [2, 5, 1],
    ],
  ],
  [
    "roll",
    m,
    (x) => roll(x, 1, 1),
    [
      [2, 1, 5],
      [6, 4, 3],
    ],
  ],
  [
    "roll back, flattened",
    m,
    (x) => roll(x, -2),
    [
      [2, 4, 3],
      [6, 1, 5],
    ],
  ],
  [
    "diag of a vector",
    v,
    (x) => diag(x),
    [
      [3, 0, 0],
      [0, 1, 0],
      [0, 0, 2],
    ],
  ],
  [
    "diag above",
    [7, 8],
    (x) => diag(x, 1),
    [
      [0, 7, 0],
      [0, 0, 8],
      [0, 0, 0],
    ],
  ],
  [
    "diag of a matrix",
    [
      [1, 2],
      [3, 4],
    ],
    (x) => diag(x),
    [1, 4],
  ],
  [
    "trace",
    [
      [1, 2],
      [3, 4],
    ],
    trace,
    5,
  ],
  [
    "sort",
    m,
    (x) => sort(x),
    [
      [1, 2, 5],
      [3, 4, 6],
    ],
  ],
  [
    "sort of the first axis",
    m,
    (x) => sort(x, { axis: 0 }),
    [
      [1, 3, 2],
      [4, 5, 6],
    ],
  ],
  [
    "argsort",
    m,
    (x) => argsort(x),
    [
      [0n, 2n, 1n],
      [1n, 0n, 2n],
    ],
  ],
  [
    "cumsum",
    m,
    (x) => cumsum(x, { axis: 1 }),
    [
      [1, 6, 8],
      [4, 7, 13],
    ],
  ],
  ["cumsum flattened", m, (x) => cumsum(x), [1, 6, 8, 12, 15, 21]],
  ["nonzero", m, (x) => flatNonzero(x.gt(2)), [1n, 3n, 4n, 5n]],
  ["what a mask selects", m, (x) => take(x.flatten(), flatNonzero(x.gt(2))).mul(2), [10, 8, 6, 12]],
  ["a length that was counted", m, (x) => index(x.flatten(), slice(0, sum(x.gt(4)))), [1, 5]],
  [
    "an integer array",
    m,
    (x) => index(x, slice(), [2, 0]),
    [
      [2, 1],
      [6, 4],
    ],
  ],
  ["two integer arrays", m, (x) => index(x, [0, 1, -1], [2, 0, 1]), [2, 4, 3]],
  [
    "arrays that broadcast",
    m,
    (x) => index(x, [[0], [1]], [0, 2]),
    [
      [1, 2],
      [4, 6],
    ],
  ],
  ["a position beside an array", m, (x) => index(x, 1, [0, 0, 2]), [4, 4, 6]],
  ["a mask", m, (x) => index(x, x.gt(2)), [5, 4, 3, 6]],
  [
    "a mask on one axis",
    m,
    (x) => index(x, slice(), index(x, 0).gt(1)),
    [
      [5, 2],
      [3, 6],
    ],
  ],
  ["a new axis beside an array", v, (x) => index(x, null, [1, 1]), [[1, 1]]],
  [
    "set by an array",
    m,
    (x) => x.setIndex([slice(), [2, 0]], 0),
    [
      [0, 5, 0],
      [0, 3, 0],
    ],
  ],
  [
    "set by two arrays, the last wins",
    m,
    (x) =>
      x.setIndex(
        [
          [0, 0],
          [1, 1],
        ],
        [7, 8],
      ),
    [
      [1, 8, 2],
      [4, 3, 6],
    ],
  ],
  ["add by an array, all count", v, (x) => x.addIndex([[0, 0, 2]], [1, 2, 3]), [6, 1, 5]],
  [
    "set by a mask",
    m,
    (x) => x.setIndex([x.gt(2)], 0),
    [
      [1, 0, 2],
      [0, 0, 0],
    ],
  ],
  [
    "set a part of a row",
    m,
    (x) => x.setIndex([0, [0, 2]], [8, 9]),
    [
      [8, 5, 9],
      [4, 3, 6],
    ],
  ],
];

describe.each([
  ["the reference kernels", plainRuntime()],
  ["tensor-cpu", createRuntime({ plugins: [cpu] })],
])("rearranging on %s", (_name, runtime) => {
  it.each(cases)("%s", (_case, value, build, expected) => {
    const x = Array.isArray((value as unknown[])[0]) ? matrix("x") : vector("x");
    const f = runtime.compile([x], build(x as TensorVariable)) as (x: Operand) => NDArray;
    expect(f(value as Operand).toArray()).toEqual(expected);
  });

  it("indices out of range are refused", () => {
    const x = matrix("x");
    expect(() => runtime.compile([x], index(x, [0], [3]))(m)).toThrow(/out of bounds/);
    expect(() => runtime.compile([x], index(x, slice(), [-4]))(m)).toThrow(/out of bounds/);
  });

  it("masks of any count, call by call", () => {
    const x = vector("x");
    const f = runtime.compile([x], take(x, flatNonzero(x.gt(0))).sum());
    expect([f([1, -1, 2]).item(), f([-1, -2, -3]).item(), f([1, 2, 3]).item()]).toEqual([3, 0, 6]);
  });
});
