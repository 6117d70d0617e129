import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

/** Written last, and missing from a folder that was not finished. */
const CONTENTS = "contents.json";

/** Each file of a folder, by its path, and its length in bytes. */
type Contents = Readonly<Record<string, number>>;

/** Whether a folder was put in place by {@link putInPlace} and each of its files still has its length. */
export function isWhole(folder: string): boolean {
  const contents = readContents(folder);
  return (
    contents !== undefined && Object.entries(contents).every(([file, size]) => sizeOf(folder, file) === size)
  );
}

/**
 * Makes a finished folder the one at `target`. If a whole one is there already, another process was faster, and
 * `folder` stays where it is.
 *
 * Nobody ever sees half a folder: a new one comes by one rename. In a damaged one, which other processes may have
 * open, each file is exchanged by a rename of its own; two who repair at once exchange like for like.
 */
export function putInPlace(folder: string, target: string): void {
  const contents = listContents(folder);
  writeFileSync(join(folder, CONTENTS), `${JSON.stringify(contents, null, 2)}\n`);
  chmodSync(folder, 0o755);
  try {
    renameSync(folder, target);
    return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
  if (isWhole(target)) return;
  for (const file of [...Object.keys(contents), CONTENTS]) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    renameSync(join(folder, file), join(target, file));
  }
}

function readContents(folder: string): Contents | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, CONTENTS), "utf8")) as Contents;
  } catch {
    // Not there, not readable or not JSON: it has to be unpacked again, and that says what is wrong.
    return undefined;
  }
}

function listContents(folder: string): Contents {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return Object.fromEntries(paths.map((path) => [path, statSync(join(folder, path)).size]));
}

function sizeOf(folder: string, file: string): number | undefined {
  return statSync(join(folder, file), { throwIfNoEntry: false })?.size;
}
