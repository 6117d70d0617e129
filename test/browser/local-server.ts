import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
const INDEX = "/index.html";
/** Browsers ask for it of themselves, and log an error if it is missing. */
const ICON = "/favicon.ico";

/** A server on this machine, on a free port. */
export interface LocalServer {
  /** `http://localhost:PORT/`: of all plain HTTP, the browser takes this for a secure context, as WebGPU needs. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Serves texts and bytes from memory, by path: `{ "/index.html": "...", "/main.js": "..." }`. */
export function serveFiles(files: Readonly<Record<string, string | Uint8Array>>): Promise<LocalServer> {
  return serve((path) => (Object.hasOwn(files, path) ? files[path] : undefined));
}

/** Serves the files below a folder, as they are at each request. */
export function serveFolder(folder: string): Promise<LocalServer> {
  return serve((path) => {
    const file = join(folder, path);
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
  });
}

/** @param find - the content at a path that starts with `/` and holds no `..` */
async function serve(find: (path: string) => string | Uint8Array | undefined): Promise<LocalServer> {
  const server = createServer((request, response) => {
    const path = pathOf(request.url ?? "/");
    const content = path && find(path);
    if (path !== undefined && content !== undefined) {
      response
        .writeHead(200, {
          "content-type": TYPES[extname(path)] ?? "application/octet-stream",
          // A page with these is cross-origin isolated: it may share memory with its workers.
          "cross-origin-opener-policy": "same-origin",
          "cross-origin-embedder-policy": "require-corp",
        })
        .end(content);
    } else response.writeHead(path === ICON ? 204 : 404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** The path that is asked for, or undefined if it is malformed or leads out of the folder. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, "http://localhost").pathname);
    if (path.split("/").includes("..")) return undefined;
    return path === "/" ? INDEX : path;
  } catch (error) {
    if (error instanceof URIError || error instanceof TypeError) return undefined;
    throw error;
  }
}
