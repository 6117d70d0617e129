/** `compile(…, { profile: true })`: what is measured, and that nothing is where it was not asked for. */
import {
  createRuntime,
  definePlugin,
  dot,
  dtypes,
  type Executable,
  matrix,
  type Plugin,
  type Region,
  type Runtime,
  SharedVariable,
  TensorType,
  vector,
} from "@bitale/core";
import { CsrMatrix, plugin as sparse } from "@bitale/sparse";
import { plugin as tensorCpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";

const backends: [string, string[][], () => Runtime][] = [
  ["reference", [["mul"], ["exp"], ["sum"]], () => createRuntime({ plugins: [] })],
  ["tensor-cpu", [["mul", "exp", "sum"]], () => createRuntime({ plugins: [tensorCpu] })],
];

describe.each(backends)("a profile on %s", (backend, kernels, make) => {
  const runtime = make();
  const x = vector("x");
  const cost = x.mul(3).exp().sum();

  it("counts calls, time and bytes of regions and of the kernels in them", () => {
    const f = runtime.compile([x], cost, { name: "cost", profile: true });
    for (let i = 0; i < 5; i++) f([1, 2, 3, 4]);
    const profile = f.profile?.toJSON();
    if (profile === undefined) throw new Error("no profile");
    expect([profile.name, profile.calls]).toEqual(["cost", 5]);
    const [region] = profile.regions;
    expect(region).toMatchObject({ region: 1, backend, nodes: 3, calls: 5, bytes: 5 * (4 * 4 + 4) });
    expect(profile.ops.map((op) => op.ops).sort()).toEqual([...kernels].sort());
    for (const op of profile.ops) {
      expect(op).toMatchObject({ region: 1, backend, calls: 5 });
      expect(op.made).toContain("profile.test.ts");
      expect(op.share).toBeCloseTo(op.time / profile.time);
    }
    const inside = profile.ops.reduce((sum, op) => sum + op.time, 0);
    expect(inside).toBeLessThanOrEqual(region?.time ?? 0);
    expect(inside).toBeGreaterThan(0);
    expect(profile.rest + (region?.time ?? 0)).toBeCloseTo(profile.time);
  });

  it("takes the times of compiling, by phase", () => {
    const f = runtime.compile([x], cost, { profile: true });
    f([1, 2]);
    expect(f.profile?.compile.map(({ phase }) => phase)).toEqual([
      "collect",
      "rewrite",
      "host numbers",
      "place",
      "partition",
      "link",
      "infer shapes",
      "lower",
      "backend compile",
    ]);
    expect(f.profile?.compile.every(({ time }) => time >= 0)).toBe(true);
  });

  it("starts anew after a reset, and in a copy", () => {
    const f = runtime.compile([x], cost, { name: "cost", profile: true });
    f([1, 2]);
    const copy = f.copy();
    copy([1, 2]);
    copy([1, 2]);
    expect([f.profile?.calls, copy.profile?.calls]).toEqual([1, 2]);
    f.profile?.reset();
    expect(f.profile?.toJSON()).toMatchObject({ calls: 0, time: 0, rest: 0 });
    expect(f.profile?.regions[0]).toMatchObject({ calls: 0, time: 0, bytes: 0, share: 0 });
    f([1, 2]);
    expect(f.profile?.regions[0]?.calls).toBe(1);
  });

  it("counts asynchronous calls, and gives the results that a function without one gives", async () => {
    const [f, g] = [true, false].map((profile) => runtime.compile([x], cost, { profile }));
    expect((await f?.async([1, 2]))?.item()).toBe(g?.([1, 2]).item());
    expect(f?.profile?.calls).toBe(1);
    expect(g?.profile).toBeUndefined();
  });

  it("prints as a table", () => {
    const f = runtime.compile([x], cost, { name: "cost", profile: true });
    f([1, 2]);
    const text = String(f.profile);
    expect(text).toMatch(/^cost: 1 call, /);
    expect(text).toMatch(new RegExp(`region 1 +${backend} +3 +1 +[\\d.]+ ms +[\\d.]+ % +12 B`));
    expect(text).toMatch(/arguments, results/);
    expect(text).toMatch(/backend compile/);
    expect(f.profile?.table({ ops: 0 })).toContain(`${kernels.length} more kernels`);
  });
});

/** A device that computes nothing of its own but `exp`, as the reference kernels do. */
function devicePlugin(seen: Region[]): Plugin {
  class DeviceType extends TensorType {
    override readonly backend = "device";
    override readonly residence = "device";
    override plain() {
      return new TensorType(this.dtype, this.shape);
    }
  }
  return definePlugin({
    id: "device",
    apiVersion: 1,
    priority: 500,
    kwargs: {},
    supports: {
      dtypes,
      syncRead: true,
      ops: { exp: ["float32"] },
      aliases: {
        getBorrowAliases: true,
        constructBorrowAliases: true,
        setBorrowAliases: true,
        setInPlace: false,
        setCastInPlace: false,
        constructsFromNDArray: true,
      },
    },
    use: {
      useFactory: () => ({
        construct: (value) => new SharedVariable("v", new DeviceType("float32", [null]), value, false),
        typeFor: (plain) => new DeviceType(plain.dtype, plain.shape),
        compileRegion: (region): Executable => {
          seen.push(region);
          return { run: ([value]) => [(value as { copy(): unknown }).copy()] };
        },
      }),
    },
  });
}

describe("a profile of several backends", () => {
  it("counts transfers, and regions of a backend that times no kernels", () => {
    const seen: Region[] = [];
    const runtime = createRuntime({ plugins: [devicePlugin(seen), tensorCpu] });
    const v = runtime.shared([1, 2, 3], { name: "v" });
    const f = runtime.compile([], v.exp().mul(2), { name: "move", profile: true });
    f();
    f();
    expect(f.profile?.regions.map(({ backend, calls }) => [backend, calls])).toEqual([
      ["device", 2],
      ["tensor-cpu", 2],
    ]);
    expect(f.profile?.transfers).toMatchObject([{ from: "device", to: "host", calls: 2, bytes: 24 }]);
    expect(f.profile?.ops.map(({ ops }) => ops)).toEqual([["mul"]]);
    expect(seen[0]?.instrument).toBeDefined();
    expect(String(f.profile)).toMatch(/transfer exp\.0 +device → host/);
  });

  it("leaves regions of functions without a profile as they are", () => {
    const seen: Region[] = [];
    const runtime = createRuntime({ plugins: [devicePlugin(seen), tensorCpu] });
    runtime.compile([], runtime.shared([1, 2, 3]).exp())();
    expect(seen.map((region) => "instrument" in region)).toEqual([false]);
  });

  it("names the ops of plugins", () => {
    const runtime = createRuntime({ plugins: [sparse, tensorCpu] });
    const csr = { data: Float32Array.of(1, 2), indices: Int32Array.of(0, 1), indptr: Int32Array.of(0, 1, 2) };
    const A = runtime.shared(new CsrMatrix({ ...csr, shape: [2, 2] }), { name: "A" });
    const x = matrix("x");
    const f = runtime.compile([x], dot(A, x).exp(), { profile: true });
    f([[1], [2]]);
    expect(f.profile?.regions.map(({ backend }) => backend)).toEqual(["sparse", "tensor-cpu"]);
    expect(f.profile?.ops.map(({ ops, region }) => [region, ops.length])).toContainEqual([1, 1]);
  });
});
