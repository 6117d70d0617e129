/** Core and the dense backends, bundled for browsers, train one epoch on a slice of MNIST in real headless Chromium. */
import { gzipSync } from "node:zlib";
import { type ChromiumLaunch, chromiumFromNpm } from "@bitale/software-vulkan";
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { readMnist } from "../../examples/mnist/dist/index.js";
import { bundle } from "./bundle.js";
import { openPage } from "./chromium-page.js";
import { serveFiles } from "./local-server.js";
import { type TrainingResult, type TrainingTask, trainSlice } from "./training-page.js";

describe("in the browser", () => {
  const { train } = readMnist({ limit: 600 });
  const task = { count: 600, batchSize: 100, learningRate: 0.13 };
  let launch: ChromiumLaunch | undefined;
  let missing = "";
  let code = "";

  beforeAll(async () => {
    const found = await chromiumFromNpm();
    if ("missing" in found) missing = found.missing;
    else launch = found;
    code = await bundle("training-page");
  }, 120_000);
  beforeEach((context) => {
    if (launch === undefined) context.skip(`no browser: ${missing}`);
  });

  it("the bundle is small, and asks for nothing of Node", () => {
    // Core with every op, and both dense backends, as a page receives them.
    expect(gzipSync(code).length).toBeLessThan(180_000);
    expect(code).not.toMatch(/["']node:|require\(/);
  });

  it.each([
    ["tensor-cpu", ["tensor-cpu"]],
    ["tensor-gpu", ["tensor-gpu", "tensor-cpu"]],
  ])(
    "%s trains as in Node",
    async (backend, backends) => {
      const bytes = (array: Float32Array | Int32Array): Uint8Array =>
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      const server = await serveFiles({
        "/index.html":
          '<!doctype html><title>training</title><script type="module" src="/training.js"></script>',
        "/training.js": code,
        "/pixels.bin": bytes(train.images),
        "/labels.bin": bytes(train.labels),
      });
      onTestFinished(server.close);
      const { page, errors, close } = await openPage(launch as ChromiumLaunch, server.url);
      onTestFinished(close);
      await page
        .waitForFunction(() => "training" in globalThis, undefined, { timeout: 5000 })
        .catch((error) => {
          throw new Error(`${error.message}\n${errors.join("\n")}`);
        });
      const run = (given: TrainingTask) =>
        (globalThis as unknown as { training: (t: TrainingTask) => Promise<TrainingResult> }).training(given);
      const result = await page.evaluate(run, { ...task, backends });
      const expected = await trainSlice({ ...task, backends: ["tensor-cpu"] }, train.images, train.labels);
      expect(errors).toEqual([]);
      expect(result.backend).toBe(backend);
      expect(result.failures).toEqual([]);
      expect(expected.costs[0]).toBeCloseTo(Math.log(10), 5);
      expect(expected.costs.at(-1)).toBeLessThan(2.2);
      result.costs.forEach((cost, i) => {
        expect(cost).toBeCloseTo(expected.costs[i] as number, 4);
      });
      expect(Math.abs(result.wrong - expected.wrong)).toBeLessThanOrEqual(2);
    },
    120_000,
  );
});
