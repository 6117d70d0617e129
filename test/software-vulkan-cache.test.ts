import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import type { VulkanSetup } from "@bitale/software-vulkan";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";

const repository = join(import.meta.dirname, "..");
const options: { force: true; cacheFolder: string } = { force: true, cacheFolder: "" };

beforeEach(async ({ skip }) => {
  options.cacheFolder = newFolder();
  const setup = await provideIn({}, { force: true });
  if (setup.driver === "none") skip(`no SwiftShader: ${setup.note}`);
});

describe("unpacking SwiftShader", () => {
  it("by many processes at once gives each the same whole folder", async () => {
    const setups = await Promise.all(Array.from({ length: 6 }, () => provideIn({}, options)));
    const [folder = ""] = readdirSync(options.cacheFolder);
    const icd = join(options.cacheFolder, folder, "vk_swiftshader_icd.json");
    expect(setups.map((setup) => setup.driver !== "none" && setup.icd)).toEqual(setups.map(() => icd));
    expect(readdirSync(options.cacheFolder)).toEqual([folder]);
  });

  it("is done once", async () => {
    const icd = icdOf(await provideIn({}, options));
    const before = statSync(icd).ino;
    expect(icdOf(await provideIn({}, options))).toBe(icd);
    expect(statSync(icd).ino).toBe(before);
  });

  it.each([
    [
      "a driver that is cut off",
      (folder: string) => truncateSync(join(folder, "libvk_swiftshader.so"), 1000),
    ],
    ["a loader that is missing", (folder: string) => rmSync(join(folder, "libvulkan.so.1"))],
    [
      "a list of contents that is no JSON",
      (folder: string) => writeFileSync(join(folder, "contents.json"), "{"),
    ],
    ["a folder that was never finished", (folder: string) => rmSync(join(folder, "contents.json"))],
  ])("repairs %s, also in two processes at once", async (_name, damage) => {
    const folder = dirname(icdOf(await provideIn({}, options)));
    const sizes = () => readdirSync(folder).map((file) => [file, statSync(join(folder, file)).size]);
    const whole = sizes();
    damage(folder);
    await Promise.all([provideIn({}, options), provideIn({}, options)]);
    expect(sizes()).toEqual(whole);
    expect(readdirSync(options.cacheFolder)).toEqual([basename(folder)]);
  });

  it("turns to a folder of the user's own where the cache cannot be written to", async () => {
    const temporary = newFolder();
    const file = join(temporary, "a-file");
    writeFileSync(file, "");
    const icd = icdOf(
      await provideIn({ TMPDIR: temporary }, { force: true, cacheFolder: join(file, "cache") }),
    );
    expect(dirname(dirname(dirname(icd)))).toBe(temporary);
    expect(
      icdOf(await provideIn({ TMPDIR: temporary }, { force: true, cacheFolder: join(file, "cache") })),
    ).toBe(icd);
  });
});

describe("the environment", () => {
  it.each(["VK_DRIVER_FILES", "VK_ICD_FILENAMES"])(
    "that names a driver in %s is left alone",
    async (variable) => {
      const manifest = join(repository, "package.json");
      const setup = await provideIn({ [variable]: manifest }, { cacheFolder: options.cacheFolder });
      expect(setup).toEqual({ driver: "system", icd: manifest, note: `${variable} was set before` });
    },
  );

  it("that names what is not there gives no driver", async () => {
    const setup = await provideIn({ VK_DRIVER_FILES: "/nowhere.json" }, { cacheFolder: options.cacheFolder });
    expect(setup).toEqual({
      driver: "none",
      note: "VK_DRIVER_FILES names /nowhere.json, which is not there",
    });
  });

  it("yields to force", async () => {
    expect((await provideIn({ VK_DRIVER_FILES: "/nowhere.json" }, options)).driver).toBe("swiftshader");
  });

  it("cannot be set from a worker thread", async () => {
    const text = `const { parentPort, workerData } = require("node:worker_threads");
      import("@bitale/software-vulkan").then((it) => parentPort.postMessage(it.provideSoftwareVulkan(workerData)));`;
    const worker = new Worker(text, { eval: true, workerData: options, env: {} });
    const setup = await new Promise((resolve, reject) =>
      worker.once("message", resolve).once("error", reject),
    );
    expect(setup).toMatchObject({ driver: "none", note: expect.stringContaining("main thread") });
  });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bitale-cache-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function icdOf(setup: VulkanSetup): string {
  if (setup.driver === "none") throw new Error(setup.note);
  return setup.icd;
}

/** What `provideSoftwareVulkan` gives in a new process, whose environment names no driver but what is given. */
async function provideIn(environment: NodeJS.ProcessEnv, call: object): Promise<VulkanSetup> {
  const text = `import { provideSoftwareVulkan } from "@bitale/software-vulkan";
    console.log(JSON.stringify(provideSoftwareVulkan(${JSON.stringify(call)})));`;
  const { VK_DRIVER_FILES: _files, VK_ICD_FILENAMES: _names, ...rest } = process.env;
  const arguments_ = ["--input-type=module", "-e", text];
  const { stdout } = await promisify(execFile)(process.execPath, arguments_, {
    cwd: repository,
    env: { ...rest, ...environment },
  });
  return JSON.parse(stdout) as VulkanSetup;
}
