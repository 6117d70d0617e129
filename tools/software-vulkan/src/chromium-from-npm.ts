import { existsSync } from "node:fs";
import { findCarriedArchives, type Missing } from "./carried-archives.js";
import { CHROMIUM_FLAGS } from "./chromium-flags.js";
import { withoutDriverFiles } from "./driver-files.js";
import { findLibrary } from "./find-library.js";
import { unpackChromium } from "./unpack-chromium.js";
import type { CacheOptions } from "./vulkan-setup.js";

/** Names an own browser, to be used in place of the carried one. */
const OWN_BROWSER = "BITALE_CHROMIUM";

/** What the browser needs beyond glibc, all of it carried along. */
const NEEDED = ["libnss3.so", "libnspr4.so", "libexpat.so.1"];

/** Arguments of playwright-core's `chromium.launch`. */
export interface ChromiumLaunch {
  executablePath: string;
  args: string[];
  env: Record<string, string>;
}

/**
 * A headless Chromium with WebGPU in software, from npm packages alone; `BITALE_CHROMIUM` names another one.
 * It reaches pages on `localhost` and no other host. WebGPU needs a secure context, which `http://localhost` is.
 *
 * @returns what to launch, or why there is nothing that this platform can launch
 * @throws Error if the browser that was asked for by name is not there
 */
export async function chromiumFromNpm({ cacheFolder }: CacheOptions = {}): Promise<ChromiumLaunch | Missing> {
  // Chromium brings its own driver, and finds none if the environment points its Vulkan loader elsewhere.
  const env = withoutDriverFiles(process.env);
  const args = [...CHROMIUM_FLAGS];

  const own = process.env[OWN_BROWSER];
  if (own) {
    if (!existsSync(own)) throw new Error(`${OWN_BROWSER} names ${own}, which is not there`);
    return { executablePath: own, args, env };
  }

  const archives = findCarriedArchives();
  if ("missing" in archives)
    return { missing: `${archives.missing}; ${OWN_BROWSER} can name an own browser` };
  const { executable, libraries } = await unpackChromium(archives, cacheFolder);
  if (!NEEDED.every(findLibrary))
    env.LD_LIBRARY_PATH = [libraries, env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  return { executablePath: executable, args, env };
}
