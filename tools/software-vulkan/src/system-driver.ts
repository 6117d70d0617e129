import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { findLibrary } from "./find-library.js";

/** Who makes a GPU, by its PCI vendor, and what its Vulkan manifests are called. */
const MANIFESTS_BY_VENDOR: Readonly<Record<string, RegExp>> = {
  "0x10de": /nvidia|nouveau/,
  "0x1002": /radeon|amd/,
  "0x8086": /intel/,
  "0x1af4": /virtio/,
};
const NVIDIA_WITHOUT_DRM = "/dev/nvidia0";
const WINDOWS_GPU = "/dev/dxg";

/**
 * The manifest of an installed Vulkan driver for a GPU that is there, or undefined.
 *
 * A manifest alone says little: distributions install those of all vendors together, and their own software
 * driver (lavapipe) is not taken, for Debian 12's gives Dawn no adapter.
 */
export function findSystemDriver(): string | undefined {
  const wanted = manifestsOfGpus();
  return installedManifests().find(
    (manifest) => wanted.some((pattern) => pattern.test(manifest)) && hasLibrary(manifest),
  );
}

function manifestsOfGpus(): RegExp[] {
  const nodes = listFolder("/sys/class/drm").filter((node) => node.startsWith("renderD"));
  const vendors = nodes.map((node) => readText(`/sys/class/drm/${node}/device/vendor`).trim());
  if (existsSync(NVIDIA_WITHOUT_DRM)) vendors.push("0x10de");
  const patterns = vendors.flatMap((vendor) => MANIFESTS_BY_VENDOR[vendor] ?? []);
  return existsSync(WINDOWS_GPU) ? [...patterns, /dzn/] : patterns;
}

/** In the loader's own order; it takes the home folder from the environment alone. */
function installedManifests(): string[] {
  const { HOME, XDG_CONFIG_HOME, XDG_CONFIG_DIRS, XDG_DATA_HOME, XDG_DATA_DIRS } = process.env;
  const inHome = (path: string) => (HOME ? [join(HOME, path)] : []);
  const roots = [
    ...(XDG_CONFIG_HOME ? [XDG_CONFIG_HOME] : inHome(".config")),
    ...(XDG_CONFIG_DIRS || "/etc/xdg").split(":"),
    "/etc",
    ...(XDG_DATA_HOME ? [XDG_DATA_HOME] : inHome(".local/share")),
    ...(XDG_DATA_DIRS || "/usr/local/share:/usr/share").split(":"),
  ];
  const folders = roots.map((root) => join(root, "vulkan/icd.d"));
  return folders.flatMap((folder) =>
    listFolder(folder).flatMap((file) => (file.endsWith(".json") ? [join(folder, file)] : [])),
  );
}

/** Whether the driver that a manifest names is there: a bare name is the linker's, a path is the manifest's. */
function hasLibrary(manifest: string): boolean {
  const library = /"library_path"\s*:\s*"([^"]+)"/.exec(readText(manifest))?.[1];
  if (library === undefined) return false;
  return library.includes("/")
    ? existsSync(resolve(dirname(manifest), library))
    : findLibrary(library) !== undefined;
}

function listFolder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
