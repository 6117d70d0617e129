import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type LocalServer, serveFiles, serveFolder } from "./local-server.js";

const SCRIPT = "export const answer = 42;\n";

/** A server of one script, `/main.js`, and of an index, from memory or from a folder. */
const servers: readonly (readonly [string, () => Promise<LocalServer>])[] = [
  ["memory", () => serveFiles({ "/index.html": "<p>here</p>", "/main.js": SCRIPT })],
  [
    "a folder",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "bitale-served-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      writeFileSync(join(folder, "index.html"), "<p>here</p>");
      writeFileSync(join(folder, "main.js"), SCRIPT);
      return serveFolder(folder);
    },
  ],
];

it.each(servers)("serves files from %s with their types, and nothing else", async (_name, start) => {
  const server = await start();
  onTestFinished(server.close);
  const ask = (path: string) => fetch(new URL(path, server.url));

  const script = await ask("main.js");
  expect([script.headers.get("content-type"), await script.text()]).toEqual(["text/javascript", SCRIPT]);
  expect(await (await ask("")).text()).toBe("<p>here</p>");
  expect((await ask("missing.js")).status).toBe(404);
  expect((await ask("toString")).status).toBe(404);
  expect((await ask("favicon.ico")).status).toBe(204);
  expect(await rawStatus(server.url, "/..%2f..%2fetc/passwd")).toBe(404);
  expect(await rawStatus(server.url, "/%")).toBe(404);
});

/** The status for a path as it stands, which `fetch` would tidy up first. */
function rawStatus(url: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { path }, (response) => resolve(response.resume().statusCode))
      .once("error", reject)
      .end();
  });
}
