/** Every declared dtype, and every shape, comes back as it went in. */

import { showValue } from "../bench.js";
import type { CaseDefinition, Subject } from "../case.js";
import { denseArray, edgeValues, sameDense, stridedArray } from "../dense-fixture.js";

const takesDense = ({ plugin }: Subject): boolean => plugin.supports.aliases.constructsFromNDArray;

const ranks = [[], [0], [1], [5], [1, 1], [2, 0, 3], [2, 1, 3], [1, 2, 3, 2]];

export const valueCases: readonly CaseDefinition[] = [
  {
    id: "value.dtypes",
    title: "every declared dtype comes back as it went in",
    run: async (bench) => {
      for (const dtype of bench.plugin.supports.dtypes) {
        const s = bench.make(bench.fixture.make(dtype, 0));
        bench.same(`${dtype} value`, await bench.read(s), bench.fixture.make(dtype, 0));
        s.setValue(bench.fixture.make(dtype, 1));
        bench.same(`${dtype} value that was set`, await bench.read(s), bench.fixture.make(dtype, 1));
      }
    },
  },
  {
    id: "value.edges",
    title: "infinities, NaN, -0 and the ends of integer ranges survive",
    applies: takesDense,
    run: async (bench) => {
      for (const dtype of bench.plugin.supports.dtypes) {
        if (dtype === "int64" && bench.plugin.supports.int64 === "int32-range") continue;
        const got = await bench.read(bench.make(edgeValues(dtype)));
        const kept = sameDense(got, edgeValues(dtype), Object.is);
        bench.holds(`edges of ${dtype}`, kept, showValue(edgeValues(dtype)), showValue(got));
      }
    },
  },
  {
    id: "value.int32-range",
    title: "int64 values outside of the declared range are refused, never changed",
    applies: (subject) =>
      takesDense(subject) &&
      subject.plugin.supports.int64 === "int32-range" &&
      subject.plugin.supports.dtypes.includes("int64"),
    run: async (bench) => {
      bench.refuses("a new variable", () => bench.make(edgeValues("int64")));
      const inside = edgeValues("int32");
      const held = denseArray("int64", inside.shape);
      inside.data.forEach((value: number | bigint, i: number) => {
        held.set(BigInt(value), i);
      });
      const s = bench.make(held);
      bench.same("the ends of the range", await bench.read(s), held);
      bench.refuses("a value that is set", () => s.setValue(edgeValues("int64")));
      bench.same("the old value", await bench.read(s), held);
    },
  },
  {
    id: "value.shapes",
    title: "0-d, empty and higher ranks come back as they went in",
    applies: takesDense,
    run: async (bench) => {
      for (const shape of ranks) {
        const s = bench.make(denseArray(bench.dtype, shape));
        bench.same(`shape [${shape}]`, await bench.read(s), denseArray(bench.dtype, shape));
        s.setValue(denseArray(bench.dtype, shape, 2));
        bench.same(`shape [${shape}], set`, await bench.read(s), denseArray(bench.dtype, shape, 2));
      }
    },
  },
  {
    id: "value.static-shape",
    title: "lengths are not pinned by the first value, even where they are 1",
    applies: takesDense,
    run: async (bench) => {
      const s = bench.make(denseArray(bench.dtype, [1, 3]));
      s.setValue(denseArray(bench.dtype, [4, 2]));
      bench.same("a value with other lengths", await bench.read(s), denseArray(bench.dtype, [4, 2]));
    },
  },
  {
    id: "value.strided",
    title: "windows with strides and an offset are read element by element",
    applies: takesDense,
    run: async (bench) => {
      const s = bench.make(stridedArray(bench.dtype));
      bench.same("constructed", await bench.read(s), stridedArray(bench.dtype));
      s.setValue(denseArray(bench.dtype, [2, 3], 2));
      s.setValue(stridedArray(bench.dtype));
      bench.same("set", await bench.read(s), stridedArray(bench.dtype));
      s.setValue(stridedArray(bench.dtype), { borrow: true });
      bench.same("borrowed", await bench.read(s), stridedArray(bench.dtype));
    },
  },
  {
    id: "value.array-kinds",
    title: "typed arrays and ndarray objects of other libraries are taken as dense arrays",
    applies: takesDense,
    run: async (bench) => {
      const expected = denseArray(bench.dtype, [2, 3]);
      const foreign = { data: expected.copy().data, shape: [2, 3], dtype: bench.dtype };
      bench.same("an ndarray object", await bench.read(bench.make(foreign)), expected);
      if (bench.dtype === "bool" || bench.dtype === "float16") return;
      const row = denseArray(bench.dtype, [6]);
      bench.same("a typed array", await bench.read(bench.make(row.copy().data)), row);
    },
  },
];
