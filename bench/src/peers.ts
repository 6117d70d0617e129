/** The peers: libraries of several hundred megabytes, installed at the first benchmark and not with the project. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { peersAreInstalled, peersFolder } from "./contenders.js";

/** Installs the peers where they are missing, and builds their contenders. @throws Error where npm or tsc fail */
export function ensurePeers(): void {
  if (!peersAreInstalled()) {
    process.stderr.write("installing the peers (about 600 MB, once) into bench/peers/node_modules\n");
    execFileSync("npm", ["ci"], { cwd: peersFolder, stdio: ["ignore", "ignore", "inherit"] });
  }
  const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  execFileSync(process.execPath, [compiler, "-b", peersFolder], { stdio: "inherit" });
}
