/** Pictures of graphs in real headless Chromium: the same as in Node, and texts fit their boxes in the page's own font. */
import { type ChromiumLaunch, chromiumFromNpm } from "@bitale/software-vulkan";
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { bundle } from "./bundle.js";
import { openPage } from "./chromium-page.js";
import { serveFiles } from "./local-server.js";
import { trainingStepSvg } from "./picture-page.js";

describe("a picture in the browser", () => {
  let launch: ChromiumLaunch | undefined;
  let missing = "";
  beforeAll(async () => {
    const found = await chromiumFromNpm();
    if ("missing" in found) missing = found.missing;
    else launch = found;
  });
  beforeEach((context) => {
    if (launch === undefined) context.skip(`no browser: ${missing}`);
  });

  it("is the one of Node, and its texts fit", async () => {
    const code = await bundle("picture-page");
    expect(code).not.toMatch(/["']node:|require\(/);
    const html =
      '<!doctype html><title>picture</title><body></body><script type="module" src="/picture.js"></script>';
    const server = await serveFiles({ "/index.html": html, "/picture.js": code });
    onTestFinished(server.close);
    const { page, errors, close } = await openPage(launch as ChromiumLaunch, server.url);
    onTestFinished(close);
    await page.waitForFunction(() => "picture" in globalThis, undefined, { timeout: 5000 });
    type Drawn = { svg: string; wider: string[]; texts: number };
    const drawn = await page.evaluate(() => (globalThis as unknown as { picture(): Drawn }).picture());
    expect(errors).toEqual([]);
    expect(drawn.wider).toEqual([]);
    expect(drawn.texts).toBeGreaterThan(20);
    expect(drawn.svg).toBe(trainingStepSvg());
  }, 120_000);
});
