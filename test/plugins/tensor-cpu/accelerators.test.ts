/** What an app may switch on for tensor-cpu, and what it says of it. Kernels themselves: matrix-product.test.ts. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createRuntime, dot, type Runtime } from "@bitale/core";
import { ArenaMemory, type CpuOptions, plugin } from "@bitale/tensor-cpu";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { loadNative } from "../../../plugins/tensor-cpu/dist/accelerators/native.js";

const runtimeWith = (options: Readonly<Record<string, unknown>>): Runtime =>
  createRuntime({ plugins: [plugin], pluginOptions: { "tensor-cpu": options }, warn: () => {} });
const featuresOf = (options: CpuOptions) => runtimeWith({ ...options }).explain([1, 2]).verdicts[0]?.features;

describe("options of tensor-cpu", () => {
  it("are off unless asked for, and named by explain and plugins", () => {
    expect(Object.keys(featuresOf({}) ?? {})).toEqual(["kernels"]);
    expect(featuresOf({ wasm: false })).toEqual({ kernels: "JavaScript" });
    expect(featuresOf({ deterministic: true })).toMatchObject({ deterministic: "on" });
    expect(featuresOf({ deterministic: true })?.kernels).not.toContain("fused");
    const runtime = runtimeWith({ deterministic: true });
    expect(runtime.plugins[0]?.features).toBeUndefined();
    runtime.shared(1);
    expect(runtime.plugins[0]?.features).toMatchObject({ deterministic: "on" });
  });

  it("say that there is no WebAssembly where a page forbids to compile it, and compute all the same", () => {
    const compile = vi.spyOn(WebAssembly, "Module").mockImplementation(function blocked(): never {
      throw new WebAssembly.CompileError("blocked by the content security policy");
    });
    onTestFinished(() => compile.mockRestore());
    expect(featuresOf({})).toEqual({ kernels: "JavaScript" });
    expect(featuresOf({ threads: 2 })?.kernels).toBe("JavaScript");
    const runtime = runtimeWith({});
    const x = runtime.shared([
      [1, 2],
      [3, 5],
    ]);
    expect(runtime.compile([], dot(x, x).sum())().item()).toBe(7 + 12 + 18 + 31);
  });

  it("are checked", () => {
    expect(() => runtimeWith({ thread: 2 }).shared(1, { backend: "tensor-cpu" })).toThrow(/no such option/);
    expect(() => runtimeWith({ wasm: "yes" }).shared(1, { backend: "tensor-cpu" })).toThrow(/true or false/);
    expect(() => runtimeWith({ arenaBytes: -1 }).shared(1, { backend: "tensor-cpu" })).toThrow(/bytes/);
  });
});

describe("native", () => {
  it("says why there is no library, and that deterministic excludes it", () => {
    expect(featuresOf({ native: true, deterministic: true })?.native).toMatch(/^off: .*deterministic/);
    expect(() => runtimeWith({ native: "/no/such/library.so" }).shared(1, { backend: "tensor-cpu" })).toThrow(
      /no\/such\/library\.so cannot be used/,
    );
  });

  it("is used where the system has it", ({ skip }) => {
    const found = loadNative(true, new ArenaMemory(2 ** 20), 1);
    if (typeof found === "string") return skip(`no native products: ${found}`);
    expect(featuresOf({ native: true })?.native).toBe(found.description);
  });
});

describe("revectorize", () => {
  const root = join(import.meta.dirname, "../../..");
  const major = Number.parseInt(process.versions.node, 10);
  const carried = join(root, "bench/node_modules/node/bin/node");
  const node24 = major >= 24 ? process.execPath : existsSync(carried) ? carried : undefined;

  it("says why it is off", ({ skip }) => {
    if (major >= 24) return skip("this Node has it");
    expect(featuresOf({ revectorize: true })?.revectorize).toMatch(/^off: needs Node 24/);
  });

  it("changes no bit of any result", ({ skip }) => {
    if (node24 === undefined) return skip("revectorize needs Node 24, or the one that bench/ installs");
    if (process.arch !== "x64") return skip("revectorize is for x64");
    const run = (on: boolean) =>
      JSON.parse(
        execFileSync(node24, [join(import.meta.dirname, "revectorized-digest.mjs"), String(on)], {
          encoding: "utf8",
        }),
      ) as { digest: string; features: Record<string, string> };
    const [plain, wide] = [run(false), run(true)];
    expect(wide.features.revectorize).toBe("on");
    expect(plain.features.revectorize).toBeUndefined();
    expect(wide.digest).toBe(plain.digest);
  });
});
