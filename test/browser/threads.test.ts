/** The option `threads` in a page: workers that a bundler found, on memory that they share with the page. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromiumFromNpm } from "@bitale/software-vulkan";
import { build } from "vite";
import { expect, it, onTestFinished } from "vitest";
import { openPage } from "./chromium-page.js";
import { serveFolder } from "./local-server.js";
import type { ThreadsResult } from "./threads-page.js";

it("a page computes on several threads what it computes on one", async ({ skip }) => {
  const found = await chromiumFromNpm();
  if ("missing" in found) return skip(`no browser: ${found.missing}`);
  const folder = mkdtempSync(join(tmpdir(), "bitale-threads-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const input = fileURLToPath(new URL("threads-page.ts", import.meta.url));
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      outDir: folder,
      emptyOutDir: true,
      rolldownOptions: { input: { page: input }, output: { entryFileNames: "[name].js" } },
    },
    worker: { format: "es" },
  });
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><title>threads</title><script type="module" src="/page.js"></script>',
  );
  const server = await serveFolder(folder);
  onTestFinished(server.close);
  const { page, errors, close } = await openPage(found, server.url);
  onTestFinished(close);
  await page.waitForFunction(() => "threads" in globalThis, undefined, { timeout: 10_000 });
  const result = await page.evaluate(() =>
    (globalThis as unknown as { threads: () => Promise<ThreadsResult> }).threads(),
  );
  expect(errors).toEqual([]);
  expect(page.workers().length).toBe(1);
  expect(result.features?.threads).toBe("2");
  expect(result.sharedMemory).toBe(true);
  expect(result.equal).toBe(true);
}, 120_000);
