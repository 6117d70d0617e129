import { delimiter } from "node:path";

/** The loader's own list of driver manifests, then the older name of the same, which some loaders know alone. */
const VARIABLES = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] as const;

/** What the environment tells the Vulkan loader, if it does. */
export interface DriverFiles {
  readonly variable: (typeof VARIABLES)[number];
  readonly value: string;
  /** What the value lists: manifests, or folders that hold some. */
  readonly paths: readonly string[];
}

/** Reads the variable that counts: with both set, the loader heeds the first. */
export function readDriverFiles(): DriverFiles | undefined {
  const variable = VARIABLES.find((name) => process.env[name]);
  const value = variable && process.env[variable];
  return value ? { variable, value, paths: value.split(delimiter) } : undefined;
}

/** Sets both, for this process and the ones it starts. In a worker thread this would only change its copy. */
export function setDriverFiles(manifest: string): void {
  for (const name of VARIABLES) process.env[name] = manifest;
}

/** A copy of an environment without what leads the Vulkan loader elsewhere. */
export function withoutDriverFiles(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).filter(
    ([name]) => !(VARIABLES as readonly string[]).includes(name),
  );
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
