/** The outsider's plugin in an app of its own: found by discovery, chosen by config, used with an update. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRuntime, type NDArray, vector } from "@bitale/core";
import { afterEach, describe, expect, it } from "vitest";

const project = fileURLToPath(new URL("../..", import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function makeApp(config: object): { root: string; files: () => string[]; directory: string } {
  const root = mkdtempSync(join(tmpdir(), "bitale-file-app-"));
  folders.push(root);
  const directory = join(root, "tensors");
  const names = ["@bitale/core", "@bitale/tensor-cpu", "bitale-plugin-file-storage"];
  const dependencies = Object.fromEntries(names.map((name) => [name, "*"]));
  writeFileSync(join(root, "package.json"), JSON.stringify({ type: "module", dependencies }));
  writeFileSync(
    join(root, "bitale.config.json"),
    JSON.stringify({ pluginOptions: { "file-storage": { directory } }, ...config }),
  );
  mkdirSync(join(root, "node_modules/@bitale"), { recursive: true });
  for (const name of names)
    symlinkSync(join(project, "node_modules", name), join(root, "node_modules", name));
  return { root, directory, files: () => readdirSync(directory) };
}

describe("a plugin that an outsider ships", () => {
  it("is found, chosen by a rule, and updated by a compiled function", async () => {
    const { root, files, directory } = makeApp({ variables: [{ name: "log.*", backend: "file-storage" }] });
    const runtime = createRuntime({ root, env: {} });
    expect(runtime.plugins.map((p) => [p.id, p.origin])).toContainEqual([
      "file-storage",
      "bitale-plugin-file-storage",
    ]);

    const total = runtime.shared(new Float32Array([1, 2]), { name: "log.total" });
    const other = runtime.shared(new Float32Array([10, 20]), { name: "other" });
    expect([total.type.backend, other.type.backend]).toEqual(["file-storage", "tensor-cpu"]);
    const contents = (): number[] => {
      const bytes = readFileSync(join(directory, files()[0] as string));
      return [...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)];
    };
    expect(contents()).toEqual([1, 2]);

    const add = runtime.compile([], total.sum(), { updates: [[total, total.add(other)]] });
    expect(add().item()).toBe(3);
    expect(contents()).toEqual([11, 22]);
    expect(files().length).toBe(1);
    expect(add.debugPrint({ types: false })).toContain("file-storage → host: ");
    expect((total.getValue() as NDArray).toArray()).toEqual([11, 22]);

    await runtime.dispose();
    expect(files()).toEqual([]);
  });

  it("keeps its file when a call fails", async () => {
    const { root, files, directory } = makeApp({});
    const runtime = createRuntime({ root, env: { BITALE_BACKENDS: "file-storage" } });
    const s = runtime.shared(new Float32Array([1, 2]), { name: "s" });
    expect(s.type.backend).toBe("file-storage");
    const v = vector("v");
    const f = runtime.compile([v], null, { updates: [[s, s.add(v)]] });
    const [before] = files();
    const bytes = readFileSync(join(directory, before as string));
    expect(() => f([1, 2, 3])).toThrow(/do not broadcast/);
    expect(files()).toEqual([before]);
    expect(readFileSync(join(directory, before as string)).equals(bytes)).toBe(true);
    f([1, 1]);
    expect((s.getValue() as NDArray).toArray()).toEqual([2, 3]);
    await runtime.dispose();
  });

  it("takes any name and a folder for one variable", async () => {
    const { root, files, directory } = makeApp({});
    const runtime = createRuntime({ root, env: { BITALE_BACKENDS: "file-storage" } });
    const s = runtime.shared([1, 2], { name: "../a layer/W" });
    expect(files()).toEqual([expect.stringMatching(/^_a_layer_W-\d+-\d+\.bin$/)]);
    const elsewhere = join(directory, "elsewhere");
    const t = runtime.shared([1, 2], { directory: elsewhere });
    expect(readdirSync(elsewhere)).toEqual([expect.stringMatching(/^tensor-/)]);
    t.setValue([3, 4]);
    expect(readdirSync(elsewhere).length).toBe(1);
    t.dispose();
    expect(readdirSync(elsewhere)).toEqual([]);
    expect((s.getValue() as NDArray).toArray()).toEqual([1, 2]);
    await runtime.dispose();
  });

  it("says so when a file was taken away, and keeps the other variables", async () => {
    const { root, files, directory } = makeApp({});
    const runtime = createRuntime({ root, env: { BITALE_BACKENDS: "file-storage" } });
    const s = runtime.shared([1, 2], { name: "s" });
    const t = runtime.shared([3, 4], { name: "t" });
    const f = runtime.compile([], null, {
      updates: [
        [t, t.add(1)],
        [s, s.add(1)],
      ],
    });
    const taken = files().find((file) => file.startsWith("s-")) as string;
    rmSync(join(directory, taken));
    expect(() => f()).toThrow(expect.objectContaining({ code: "BAD_FILE" }));
    expect((t.getValue() as NDArray).toArray()).toEqual([3, 4]);
    expect(files().length).toBe(1);
    await runtime.dispose();
  });

  it("leaves every file as it was when a later one cannot be written", async () => {
    const { root, files, directory } = makeApp({});
    const runtime = createRuntime({ root, env: { BITALE_BACKENDS: "file-storage" } });
    const s = runtime.shared([1, 2], { name: "s" });
    const elsewhere = join(directory, "elsewhere");
    const t = runtime.shared([3, 4], { name: "t", directory: elsewhere });
    const f = runtime.compile([], null, {
      updates: [
        [s, s.add(1)],
        [t, s.add(2)],
      ],
    });
    const before = files();
    rmSync(elsewhere, { recursive: true });
    writeFileSync(elsewhere, "no folder any more");
    expect(() => f()).toThrow();
    expect(files()).toEqual(before);
    expect((s.getValue() as NDArray).toArray()).toEqual([1, 2]);
    rmSync(elsewhere);
    f();
    expect((t.getValue() as NDArray).toArray()).toEqual([3, 4]);
    await runtime.dispose();
  });

  it("refuses options that it does not know", () => {
    const { root } = makeApp({ pluginOptions: { "file-storage": { folder: "x" } } });
    const runtime = createRuntime({ root, env: {}, warn: () => {} });
    const make = () => runtime.shared([1], { backend: "file-storage" });
    expect(make).toThrow(/there is no such option/);
  });
});

it("shows in its README what stands in its files", () => {
  const folder = join(project, "examples/plugin-file-storage");
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const shown = [...readme.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)];
  expect(shown.map(([, file]) => file)).toEqual([
    "src/file-tensor-type.ts",
    "src/plugin.ts",
    "test/conformance/file-storage.test.ts",
  ]);
  for (const [, file = "", code = ""] of shown) {
    const source = readFileSync(join(file.startsWith("test/") ? project : folder, file), "utf8");
    expect(source).toContain(code);
  }
});
