import { useSoftwareVulkan } from "@bitale/software-vulkan";
import { expect, it } from "vitest";
import { create } from "webgpu";
import { multiplyOnGpu, multiplyOnHost, sampleProduct } from "./matrix-product.js";

const setup = useSoftwareVulkan();
/** Referenced for as long as the process lives: collected while work is pending, it takes the process down. */
const gpu = setup.driver === "none" ? undefined : create([]);

it("Dawn offers an adapter in Node, and its compute shaders compute", async ({ skip }) => {
  if (!gpu) return skip(`no Vulkan driver: ${setup.note}`);
  const task = sampleProduct();
  const result = await multiplyOnGpu({ gpu, task });
  expect(result?.errors).toEqual([]);
  expect(result?.product).toEqual(multiplyOnHost(task));
  if (setup.driver === "swiftshader") expect(result?.architecture).toBe("swiftshader");
});
