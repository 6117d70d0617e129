import { preloadVulkanLoader } from "./preload-vulkan-loader.js";
import { provideSoftwareVulkan } from "./provide-software-vulkan.js";
import type { SoftwareVulkanOptions, VulkanSetup } from "./vulkan-setup.js";

/**
 * Makes `create()` of the npm package `webgpu` (Dawn) give an adapter on a machine without a GPU, from npm packages
 * alone: {@link provideSoftwareVulkan}, then {@link preloadVulkanLoader}.
 *
 * Call it in each process that uses Dawn, before `create()`, in its main thread; more calls do no harm. Keep what
 * `create()` returns referenced for ever, in a module's variable say: once collected with work pending, Dawn crashes.
 */
export function useSoftwareVulkan(options: SoftwareVulkanOptions = {}): VulkanSetup {
  const setup = provideSoftwareVulkan(options);
  if (setup.driver === "none") return setup;
  const loaded = preloadVulkanLoader(options);
  if ("missing" in loaded) return { driver: "none", note: loaded.missing };
  return { ...setup, note: `${setup.note}; Vulkan loader: ${loaded.loader}` };
}
