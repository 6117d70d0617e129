import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { findCarriedArchives } from "./carried-archives.js";
import { type DriverFiles, readDriverFiles, setDriverFiles } from "./driver-files.js";
import { findSystemDriver } from "./system-driver.js";
import { MANIFEST, unpackSwiftShader } from "./unpack-swiftshader.js";
import type { SoftwareVulkanOptions, VulkanSetup } from "./vulkan-setup.js";

/**
 * Sees to it that the Vulkan loader finds a driver. Unless the environment names one or the system has one for its
 * GPU, unpacks SwiftShader and sets `VK_DRIVER_FILES`, for this process and those that it starts.
 *
 * Call it in a main thread: in a worker thread `process.env` is a copy that native code never sees. What cannot be
 * had on this machine is told, not thrown.
 */
export function provideSoftwareVulkan({
  force = false,
  cacheFolder,
}: SoftwareVulkanOptions = {}): VulkanSetup {
  if (!force) {
    const given = readDriverFiles();
    if (given) return describe(given);
    const icd = findSystemDriver();
    if (icd) return { driver: "system", icd, note: "the system has a driver for its GPU" };
  }

  const archives = findCarriedArchives();
  if ("missing" in archives) return { driver: "none", note: archives.missing };
  const icd = join(unpackSwiftShader(archives, cacheFolder), MANIFEST);
  if (process.env.VK_DRIVER_FILES !== icd) {
    if (!isMainThread)
      return { driver: "none", note: "a worker thread cannot set VK_DRIVER_FILES: do so in the main thread" };
    setDriverFiles(icd);
  }
  return { driver: "swiftshader", icd, note: `from @sparticuz/chromium ${archives.version}` };
}

/** What the environment names is left alone, be it from a person or from the process that started this one. */
function describe({ variable, value, paths }: DriverFiles): VulkanSetup {
  const first = paths.find((path) => existsSync(path));
  if (first === undefined) return { driver: "none", note: `${variable} names ${value}, which is not there` };
  const driver = basename(first) === MANIFEST ? "swiftshader" : "system";
  return { driver, icd: value, note: `${variable} was set before` };
}
