/** Saving and loading shared variables: both formats, files of real NumPy, and nothing half done. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRuntime,
  type DType,
  decodeArrays,
  decodeNpy,
  dtypes,
  encodeArrays,
  encodeNpy,
  loadState,
  type NDArray,
  readState,
  SharedVariable,
  saveState,
  TensorType,
  writeState,
} from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";
import { crc32 } from "../../core/dist/files/zip.js";
import { arrayArbitrary, sameArrays, shapeArbitrary } from "../region-builder.js";

const folder = mkdtempSync(join(tmpdir(), "bitale-state-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const runtime = createRuntime({ plugins: [cpu] });
const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));
const model = () => ({
  W: runtime.shared(
    [
      [1, 2],
      [3, 4],
    ],
    { name: "W" },
  ),
  n: runtime.shared(7n, { name: "n" }),
});
const values = ({ W, n }: ReturnType<typeof model>) => [W.getValue().toArray(), n.getValue().toArray()];

describe("arrays as files", () => {
  it.each(["safetensors", "npz"] as const)("%s keeps every dtype, shape and layout", async (format) => {
    const arrays = fc
      .tuple(fc.constantFrom(...dtypes), shapeArbitrary)
      .chain(([dtype, shape]) => arrayArbitrary(dtype as DType, shape));
    await fc.assert(
      fc.asyncProperty(fc.array(arrays, { maxLength: 4 }), async (list) => {
        const named = new Map(list.map((array, i) => [`tensor ${i}/ä`, array]));
        const back = await decodeArrays(encodeArrays(named, format));
        expect([...back.keys()].sort()).toEqual([...named.keys()].sort());
        for (const [name, array] of named)
          expect(sameArrays(back.get(name) as NDArray, array, 0)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it.each(["numpy-state.npz", "numpy-state-compressed.npz"])("%s, written by NumPy", async (name) => {
    const arrays = await decodeArrays(fixture(name));
    const read = (key: string) => [arrays.get(key)?.dtype, arrays.get(key)?.toArray()];
    expect(read("W")).toEqual([
      "float32",
      [
        [0, 0.25, 0.5],
        [0.75, 1, 1.25],
      ],
    ]);
    expect(read("b")).toEqual(["int64", [1n, -2n, 3n]]);
    expect(read("flag")).toEqual(["bool", [true, false]]);
    expect(read("scalar")).toEqual(["float64", 2.5]);
    expect(read("half")).toEqual(["float16", [0.5, 65504]]);
    expect(read("fortran")).toEqual([
      "int16",
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ]);
    expect(read("big")).toEqual(["uint16", [1, 256, 65535]]);
    expect(arrays.get("empty")?.shape).toEqual([0, 4]);
  });

  it("damage is noticed", async () => {
    const file = fixture("numpy-state.npz");
    file[100] = (file[100] as number) ^ 1;
    await expect(decodeArrays(file)).rejects.toMatchObject({ code: "BAD_FILE" });
    await expect(decodeArrays(fixture("numpy-state.npz").subarray(0, 500))).rejects.toMatchObject({
      code: "BAD_FILE",
    });
    await expect(decodeArrays(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: "BAD_FILE" });
    const npy = encodeNpy(runtime.shared([1, 2]).getValue());
    expect(decodeNpy(npy).toArray()).toEqual([1, 2]);
    expect(() => decodeNpy(npy.subarray(0, npy.length - 1))).toThrow(/truncated/);
  });

  it("sums are those of ZIP", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });
});

describe("the state of shared variables", () => {
  it.each(["a.safetensors", "a.npz"])("%s is written and read back", async (name) => {
    const path = join(folder, name);
    const saved = model();
    await writeState(path, saved);
    const other = { W: runtime.shared([[0, 0]]), n: runtime.shared(0n) };
    await readState(path, other);
    expect(values(other as never)).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      7n,
    ]);
    await writeState(path, [other.W.clone("W"), other.n.clone("n")]);
    expect(readdirSync(folder).filter((file) => file.includes("partial"))).toEqual([]);
  });

  it("loads all or nothing, with the checks of setValue", async () => {
    const target = model();
    const wrong = async (arrays: Record<string, unknown>, expected: string, options = {}) => {
      const variables = Object.fromEntries(Object.entries(arrays).map(([k, v]) => [k, runtime.shared(v)]));
      await expect(loadState(await saveState(variables), target, options)).rejects.toMatchObject({
        code: expected,
      });
      expect(values(target)).toEqual([
        [
          [1, 2],
          [3, 4],
        ],
        7n,
      ]);
    };
    await wrong({ W: [[9, 9]] }, "BAD_FILE");
    await wrong({ W: [[9, 9]], n: 1n, extra: 1 }, "BAD_FILE");
    await wrong({ W: [[9, 9]], n: new Float64Array([1]) }, "WRONG_DTYPE");
    await wrong({ W: [9, 9], n: 1n }, "WRONG_RANK");
    const more = await saveState({
      W: runtime.shared([[9]]),
      n: runtime.shared(1n),
      extra: runtime.shared(1),
    });
    await loadState(more, target, { allowExtra: true });
    expect(values(target)).toEqual([[[9]], 1n]);
  });

  it("an old file stays where a new one cannot be written, and names must be clear", async () => {
    const path = join(folder, "kept.safetensors");
    writeFileSync(path, "old");
    const { W } = model();
    await expect(writeState(join(folder, "no/such/folder.npz"), { W })).rejects.toMatchObject({
      code: "BAD_FILE",
    });
    await expect(writeState(path, [W, W])).rejects.toMatchObject({ code: "BAD_VALUE" });
    await expect(readState(join(folder, "absent"), { W })).rejects.toMatchObject({ code: "BAD_FILE" });
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  it("loads all or nothing where a backend fails at the n-th value, or at giving old storage back", async () => {
    const state = { countdown: Number.POSITIVE_INFINITY, released: 0, failRelease: false };
    class FragileType extends TensorType<NDArray> {
      override fromHost(host: NDArray): NDArray {
        if (--state.countdown < 0) throw new Error("injected");
        return host.copy();
      }
      override release(): void {
        state.released++;
        if (state.failRelease) throw new Error("injected");
      }
    }
    const names = ["a", "b", "c"];
    const fragile = names.map(
      (name, i) => new SharedVariable(name, new FragileType("float32", [null]), [i, i], false),
    ) as unknown as SharedVariable<TensorType>[];
    const file = await saveState(names.map((name, i) => runtime.shared([i + 10], { name })));
    const now = () => fragile.map((v) => v.getValue().toArray());
    for (let n = 0; n < names.length; n++) {
      Object.assign(state, { countdown: n, released: 0 });
      await expect(loadState(file, fragile)).rejects.toThrow("injected");
      expect(now()).toEqual([
        [0, 0],
        [1, 1],
        [2, 2],
      ]);
      expect(state.released).toBe(n);
    }
    Object.assign(state, { countdown: Number.POSITIVE_INFINITY, failRelease: true });
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    await loadState(file, fragile);
    expect(now()).toEqual([[10], [11], [12]]);
    expect(warned).toHaveBeenCalledTimes(names.length);
    warned.mockRestore();
  });

  it("a random stream goes on where its saved state was", async () => {
    const draw = (seed: number) => {
      const stream = runtime.randomStream(seed);
      const outputs = [stream.normal({ size: [3] }), stream.permutation(5)];
      const next = runtime.compile([], outputs);
      return { stream, next: () => next().map((v) => v.toArray()) };
    };
    const first = draw(1);
    first.next();
    const names = (states: readonly SharedVariable[]) =>
      Object.fromEntries(states.map((state, i) => [`draw${i}`, state]));
    const file = await saveState(names(first.stream.states));
    const expected = [first.next(), first.next()];
    const other = draw(2);
    expect(other.next()).not.toEqual(expected[0]);
    await loadState(file, names(other.stream.states));
    expect([other.next(), other.next()]).toEqual(expected);
  });
});
