export type { Missing } from "./carried-archives.js";
export { type ChromiumLaunch, chromiumFromNpm } from "./chromium-from-npm.js";
export { type LoadedLoader, preloadVulkanLoader } from "./preload-vulkan-loader.js";
export { provideSoftwareVulkan } from "./provide-software-vulkan.js";
export { useSoftwareVulkan } from "./use-software-vulkan.js";
export type {
  CacheOptions,
  FoundDriver,
  NoDriver,
  SoftwareVulkanOptions,
  VulkanSetup,
} from "./vulkan-setup.js";
