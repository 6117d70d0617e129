/** Arrays of other libraries: taken as they are, borrowed without a copy, refused where they are no dense numbers. */
import * as b from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import stdlib from "@stdlib/ndarray-base-ctor";
import fc from "fast-check";
import ndarray from "ndarray";
import * as np from "numpy-ts";
import { describe, expect, it } from "vitest";
import * as zarr from "zarrita";

const runtime = b.createRuntime({ plugins: [cpu] });
const nested = (value: unknown): unknown => b.toNDArray(value).toArray();

/** The value borrowed by a shared variable: a write into `data` must show, and the other way round. */
function expectBorrowed(value: object, data: { [i: number]: number }, position: number): void {
  const s = runtime.shared(value as b.TensorLike, { borrow: true }) as b.SharedVariable<b.TensorType>;
  const before = JSON.stringify(s.getValue().toArray());
  data[position] = (data[position] as number) + 10;
  expect(JSON.stringify(s.getValue().toArray())).not.toBe(before);
  expect(s.getValue({ borrow: true }).data).toBe(data);
  const copied = runtime.shared(value as b.TensorLike) as b.SharedVariable<b.TensorType>;
  const kept = JSON.stringify(copied.getValue().toArray());
  data[position] = (data[position] as number) + 10;
  expect(JSON.stringify(copied.getValue().toArray())).toBe(kept);
}

describe("scijs ndarray", () => {
  it("views of any strides and offset read as they do there", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.constantFrom(1, -1, 2, -2),
        (rows, columns, transposed, step) => {
          const whole = ndarray(
            Float32Array.from({ length: (rows + 1) * columns }, (_, i) => i),
            [rows + 1, columns],
          );
          const part = whole.lo(1, 0).step(step, -1);
          const view = transposed ? part.transpose(1, 0) : part;
          const [m, n] = view.shape as [number, number];
          const expected = Array.from({ length: m }, (_, i) =>
            Array.from({ length: n }, (_, j) => view.get(i, j)),
          );
          expect(nested(view)).toEqual(expected);
        },
      ),
    );
  });
  it("has 0-d arrays, and dtypes of its typed array", () => {
    expect(nested(ndarray(new Float32Array([7]), []))).toBe(7);
    expect(b.toNDArray(ndarray(new Int16Array(4), [2, 2])).dtype).toBe("int16");
    expect(b.toNDArray(ndarray(new BigInt64Array(4), [4])).dtype).toBe("int64");
    expect(b.toNDArray(ndarray(new Uint8ClampedArray(4), [4])).dtype).toBe("uint8");
  });
  it("is borrowed, strides and all", () => {
    const data = new Float32Array([1, 2, 3, 4, 5, 6]);
    expectBorrowed(ndarray(data, [2, 3]).transpose(1, 0), data, 4);
  });
  it("of plain lists and of accessors is refused, and of too few elements", () => {
    const refused = (value: unknown, code: string) =>
      expect(() => b.toNDArray(value)).toThrow(expect.objectContaining({ code }));
    refused(ndarray([1, 2, 3, 4], [2, 2]), "BAD_VALUE");
    refused(ndarray({ get: (i: number) => i, set: () => {}, length: 4 } as never, [2, 2]), "BAD_VALUE");
    refused(ndarray(new Float32Array(3), [2, 2]), "WRONG_SHAPE");
  });
});

describe("numpy-ts", () => {
  const m = np.array([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  it.each([
    ["itself", m],
    ["transposed", m.T],
    ["a slice behind the start", m.slice("1:")],
    ["a slice backwards", m.slice("::-1", "1:")],
  ])("%s", (_, view) => expect(nested(view)).toEqual(view.toArray()));
  it("of each dtype that is ours", () => {
    for (const dtype of ["int8", "uint16", "int32", "int64", "uint64", "float32", "float64"] as const) {
      const array = b.toNDArray(np.array([1, 2], dtype));
      expect(array.dtype).toBe(dtype);
      expect(Array.from(array.flat() as ArrayLike<number>, Number)).toEqual([1, 2]);
    }
    expect(() => b.toNDArray(np.array([1, 2], "complex128"))).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_DTYPE" }),
    );
  });
  it("is borrowed", () => {
    const view = m.slice("1:");
    expectBorrowed(view, view.data as unknown as { [i: number]: number }, 4);
  });
});

describe("stdlib", () => {
  it("has strides and offset as we do", () => {
    const data = new Float64Array([1, 2, 3, 4]);
    const view = stdlib("float64", data, [2, 2], [1, -2], 2, "row-major");
    expect(nested(view)).toEqual([
      [3, 1],
      [4, 2],
    ]);
    expectBorrowed(view, data, 0);
    expect(nested(stdlib("float64", data, [], [0], 3, "row-major"))).toBe(4);
  });
  it("of plain lists is refused", () =>
    expect(() => b.toNDArray(stdlib("generic", [1, 2], [2], [1], 0, "row-major"))).toThrow(
      expect.objectContaining({ code: "BAD_VALUE" }),
    ));
});

describe("zarrita", () => {
  const store = zarr.root(new Map<zarr.AbsolutePath, Uint8Array>());
  it("decodes chunks that are taken as they are", async () => {
    const array = await zarr.create(store.resolve("numbers"), {
      shape: [2, 3],
      chunkShape: [2, 2],
      dtype: "int16",
    });
    const values = { data: new Int16Array([1, 2, 3, 4, 5, 6]), shape: [2, 3], stride: [3, 1] };
    await zarr.set(array, null, values);
    expect(nested(await zarr.get(array))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const chunk = await array.getChunk([0, 0]);
    expect(nested(chunk)).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expectBorrowed(chunk, chunk.data, 0);
  });
  it("keeps booleans in bytes", async () => {
    const array = await zarr.create(store.resolve("flags"), { shape: [3], chunkShape: [3], dtype: "bool" });
    await zarr.set(array, [zarr.slice(1, 2)], true);
    const chunk = await array.getChunk([0]);
    expect(b.toNDArray(chunk).dtype).toBe("bool");
    expect(nested(chunk)).toEqual([false, true, false]);
  });
});

describe("a record of data and shape", () => {
  it("that is a part of its data must say where it begins", () => {
    const data = new Float32Array([1, 2, 3, 4]);
    expect(() => b.toNDArray({ data, shape: [2] })).toThrow(expect.objectContaining({ code: "BAD_VALUE" }));
    expect(nested({ data, shape: [2], offset: 2 })).toEqual([3, 4]);
    expect(nested({ data, shape: [2, 2] })).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(nested({ data: data.subarray(0, 1), shape: [3], strides: [0] })).toEqual([1, 1, 1]);
  });
});
