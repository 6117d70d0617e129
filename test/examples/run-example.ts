import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The address of an example's program, for `openRuntime`. */
export const mainOf = (example: string): string =>
  new URL(`../../examples/${example}/dist/main.js`, import.meta.url).href;

/** Runs an example as a user does; `files` are the names of what it wrote into a folder that is gone then. */
export function runExample(example: string, args: readonly string[]) {
  const out = mkdtempSync(join(tmpdir(), `bitale-${example}-`));
  try {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [fileURLToPath(mainOf(example)), "--out", out, ...args],
      { encoding: "utf8" },
    );
    return { status, stdout, stderr, files: readdirSync(out).sort() };
  } finally {
    rmSync(out, { recursive: true });
  }
}
