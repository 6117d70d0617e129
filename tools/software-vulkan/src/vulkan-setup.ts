/** Where what npm carries is unpacked to. */
export interface CacheOptions {
  /** Default: `.cache/bitale` in the node_modules folder of `@sparticuz/chromium`. */
  readonly cacheFolder?: string;
}

export interface SoftwareVulkanOptions extends CacheOptions {
  /** Take SwiftShader even where the environment names a driver or the system has one for its GPU. Default false. */
  readonly force?: boolean;
}

/** Which Vulkan driver Dawn finds. */
export type VulkanSetup = FoundDriver | NoDriver;

export interface FoundDriver {
  /** `swiftshader` runs on the CPU; `system` is what the environment names or the system has for its GPU. */
  readonly driver: "swiftshader" | "system";
  /** The path of the driver's manifest; all paths that the environment names, if it names several. */
  readonly icd: string;
  /** How this came about. */
  readonly note: string;
}

export interface NoDriver {
  readonly driver: "none";
  /** Why. */
  readonly note: string;
}
