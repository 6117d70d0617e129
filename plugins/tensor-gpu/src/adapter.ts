/** Finds a GPU device: the browser's, or Dawn in Node through the optional package `webgpu`. */
import { BitaleError } from "@bitale/core";

/** Options of tensor-gpu: `"pluginOptions": { "tensor-gpu": { … } }`. */
export interface GpuOptions {
  readonly powerPreference?: "low-power" | "high-performance";
  /** Bytes of freed buffers that are kept for reuse (default 256 MiB). */
  readonly poolBytes?: number;
  /** A device of the app's own; then none is asked for, and it is not destroyed. */
  readonly device?: GPUDevice;
}

/** Dawn crashes when its instance is collected while work is pending: it is kept for ever, once a process. */
const dawnSlot = Symbol.for("bitale.tensor-gpu.dawn");

async function findGpu(): Promise<GPU | undefined> {
  const { navigator, process } = globalThis as {
    navigator?: { gpu?: GPU };
    process?: { versions?: { node?: string } };
  };
  if (navigator?.gpu !== undefined) return navigator.gpu;
  if (process?.versions?.node === undefined) return undefined;
  const slots = globalThis as { [dawnSlot]?: GPU };
  if (slots[dawnSlot] === undefined) {
    const name = "webgpu"; // not written in the import, so that bundlers for browsers leave it alone
    const dawn = (await import(/* @vite-ignore */ name)) as { create(flags: string[]): GPU };
    slots[dawnSlot] = dawn.create([]);
  }
  return slots[dawnSlot];
}

const unavailable = (problem: string, cause?: unknown): BitaleError =>
  new BitaleError("BACKEND_UNAVAILABLE", {
    subject: "backend tensor-gpu",
    problem,
    cure:
      "in Node: npm install webgpu, and a Vulkan driver (VK_DRIVER_FILES may point at one, a software driver too); " +
      "in a browser: one with WebGPU, on https or localhost",
    cause,
  });

/** Limits that are raised to what the adapter offers: without asking a device has the small defaults. */
const raised = ["maxBufferSize", "maxStorageBufferBindingSize", "maxStorageBuffersPerShaderStage"] as const;

/** @throws BitaleError BACKEND_UNAVAILABLE with the cure */
export async function openDevice(options: GpuOptions): Promise<GPUDevice> {
  if (options.device !== undefined) return options.device;
  let gpu: GPU | undefined;
  try {
    gpu = await findGpu();
  } catch (cause) {
    throw unavailable("the package webgpu could not be loaded", cause);
  }
  if (gpu === undefined) throw unavailable("there is no WebGPU here");
  const { powerPreference } = options;
  const adapter = await gpu.requestAdapter(powerPreference === undefined ? {} : { powerPreference });
  if (adapter === null) throw unavailable("WebGPU offers no adapter");
  const requiredLimits = Object.fromEntries(raised.map((name) => [name, adapter.limits[name]]));
  try {
    return await adapter.requestDevice({ requiredLimits });
  } catch (cause) {
    throw unavailable("the adapter gives no device", cause);
  }
}
