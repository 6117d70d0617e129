import { type ChromiumLaunch, chromiumFromNpm } from "@bitale/software-vulkan";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { multiplyOnGpu, multiplyOnHost, sampleProduct } from "../matrix-product.js";
import { type BrowserPage, openPage } from "./chromium-page.js";
import { serveFiles } from "./local-server.js";

describe("the browser", () => {
  let launch: ChromiumLaunch;

  beforeEach(async ({ skip }) => {
    const found = await chromiumFromNpm();
    if ("missing" in found) return skip(`no browser: ${found.missing}`);
    launch = found;
  });

  it("offers an adapter, and its compute shaders compute", async () => {
    const { page, errors } = await openEmptyPage(launch);
    const task = sampleProduct();
    const gpu = await page.evaluateHandle(() => navigator.gpu);
    const result = await page.evaluate(multiplyOnGpu, { gpu, task });
    expect(result).toEqual({ architecture: "swiftshader", product: multiplyOnHost(task), errors: [] });
    expect(errors).toEqual([]);
  });

  it("reaches localhost alone, and what fails in a page is collected", async () => {
    const { page, errors } = await openEmptyPage(launch);
    const reach = (url: string) =>
      page.evaluate(
        (address) =>
          fetch(address, { mode: "no-cors" }).then(
            () => true,
            () => false,
          ),
        url,
      );
    const { port } = new URL(page.url());
    expect(await reach(`http://localhost:${port}/`)).toBe(true);
    expect(errors).toEqual([]);
    // The same server by another name: only the browser's own rule keeps it from being reached.
    expect(await reach(`http://127.0.0.1:${port}/`)).toBe(false);
    await expect
      .poll(() => errors)
      .toContain(`request: http://127.0.0.1:${port}/ net::ERR_NAME_NOT_RESOLVED`);
  });
});

/** A page without any code: what runs in it comes from the test. */
async function openEmptyPage(launch: ChromiumLaunch): Promise<BrowserPage> {
  const server = await serveFiles({ "/index.html": "<!doctype html><title>WebGPU</title>" });
  onTestFinished(server.close);
  const opened = await openPage(launch, server.url);
  onTestFinished(opened.close);
  return opened;
}
