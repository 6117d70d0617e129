/** The folder of the files that a run leaves. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { BitaleError } from "@bitale/core";
import { writeFileAtomically } from "./write-file.js";

/**
 * Makes the folder of the results, so that a bad one is known before the long work.
 *
 * @throws BitaleError BAD_FILE where it cannot be made or written to
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new BitaleError("BAD_FILE", {
      subject: `--out ${folder}`,
      problem: "the results cannot be written there",
      got: (cause as Error).message,
      cure: "name a folder that you may write to",
      cause,
    });
  }
}

/** Writes files, by their names, into a folder; returns their paths. */
export function writeResults(
  folder: string,
  contents: Readonly<Record<string, string | Uint8Array>>,
): string[] {
  return Object.entries(contents).map(([name, content]) => {
    const file = join(folder, name);
    writeFileAtomically(file, content);
    return file;
  });
}
