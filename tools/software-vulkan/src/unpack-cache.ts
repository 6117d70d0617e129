import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isWhole, putInPlace } from "./unpacked-folder.js";

const STAGING = ".staging-";
const STAGING_LIFE_MS = 3_600_000;

/** A folder to be: filled aside, then put in its place. */
export interface Staging {
  /** Empty at first, and nobody else's. */
  readonly folder: string;
  /** Puts it in place and gives the place. */
  readonly finish: () => string;
  /** Clears away what is left; after `finish` too. */
  readonly clear: () => void;
}

/**
 * The path of the whole unpacked folder of that name, or undefined. It is looked for in the cache, then in the
 * private folder that {@link stage} turns to where the cache cannot be written to.
 */
export function findUnpacked(name: string, cache: string): string | undefined {
  const folders = [join(cache, name)];
  if (isPrivate(privateCache())) folders.push(join(privateCache(), name));
  return folders.find(isWhole);
}

/** Begins to fill a folder of that name. Any number of processes may do so at once: the first to finish wins. */
export function stage(name: string, cache: string): Staging {
  const place = writableCache(cache);
  clearLeftovers(place);
  const folder = mkdtempSync(join(place, `${name}${STAGING}`));
  return {
    folder,
    finish: () => {
      putInPlace(folder, join(place, name));
      return join(place, name);
    },
    clear: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function writableCache(cache: string): string {
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
    return cache;
  } catch {
    // An installation that belongs to someone else, or a read-only disk.
  }
  const folder = privateCache();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isPrivate(folder))
    throw new Error(`${cache} cannot be written to, and ${folder} is not this user's alone`);
  return folder;
}

function privateCache(): string {
  return join(tmpdir(), `bitale-${process.getuid?.()}`);
}

/** Whether nobody else could have put binaries there: anyone can make a folder of this name before us. */
function isPrivate(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
}

/** Removes what killed processes left behind. */
function clearLeftovers(cache: string): void {
  for (const entry of readdirSync(cache).filter((name) => name.includes(STAGING))) {
    const age = Date.now() - (statSync(join(cache, entry), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STAGING_LIFE_MS) rmSync(join(cache, entry), { recursive: true, force: true });
  }
}
