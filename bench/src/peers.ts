/** The peers: libraries of several hundred megabytes, installed at the first benchmark and not with the project. */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Their package, with a slash at the end. */
export const peersFolder = fileURLToPath(new URL("../peers/", import.meta.url));

/** When a file of the peers' package was written; 0 where there is none. */
const written = (file: string): number =>
  statSync(`${peersFolder}${file}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Installs the peers where they are missing or older than their lock file, and builds their contenders. */
export function ensurePeers(): void {
  if (written("node_modules/.package-lock.json") < written("package-lock.json")) {
    process.stderr.write("installing the peers (about 600 MB) into bench/peers/node_modules\n");
    execFileSync("npm", ["ci"], { cwd: peersFolder, stdio: ["ignore", "ignore", "inherit"] });
  }
  const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  execFileSync(process.execPath, [compiler, "-b", peersFolder], { stdio: "inherit" });
}
