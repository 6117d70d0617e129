/** One device at work: its pool and pipelines, its failures. */
import { BitaleError } from "@bitale/core";
import { type GpuOptions, openDevice } from "./adapter.js";
import { BufferPool } from "./storage.js";

/** A pipeline with the layout of its bindings: so many operands to read, one to write. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const defaultPoolBytes = 256 * 1024 * 1024;
const computeStage = 4;

/** A device that may still be on its way. Everything that needs it fails with one clear error until it is there. */
export class GpuSession {
  readonly #options: GpuOptions;
  #device: GPUDevice | undefined;
  #pool: BufferPool | undefined;
  #lost: string | undefined;
  #layouts = new Map<number, GPUBindGroupLayout>();
  #pipelines = new Map<string, Pipeline>();
  readonly #errors: Error[] = [];

  constructor(options: GpuOptions) {
    this.#options = options;
  }

  /** Opens the device. @throws BitaleError BACKEND_UNAVAILABLE */
  async open(): Promise<void> {
    const device = await openDevice(this.#options);
    this.#device = device;
    this.#pool = new BufferPool(device, this.#options.poolBytes ?? defaultPoolBytes);
    device.addEventListener("uncapturederror", (event) => this.#errors.push(new Error(event.error.message)));
    void device.lost.then(({ message, reason }) => {
      this.#lost = message || reason;
    });
  }

  /** @throws BitaleError BACKEND_NOT_READY, DEVICE_LOST */
  get device(): GPUDevice {
    if (this.#device === undefined) {
      throw new BitaleError("BACKEND_NOT_READY", {
        subject: "backend tensor-gpu",
        problem: "the GPU is not ready yet",
        cure: 'await runtime.ready("tensor-gpu")',
      });
    }
    if (this.#lost !== undefined) {
      throw new BitaleError("DEVICE_LOST", {
        subject: "backend tensor-gpu",
        problem: `the GPU was lost: ${this.#lost}`,
        cure: "make a new runtime, and set the variables again from values that you keep on the host",
      });
    }
    return this.#device;
  }

  get pool(): BufferPool {
    void this.device;
    return this.#pool as BufferPool;
  }

  /** Operands that one kernel can read: one binding is left for the result. */
  get mostOperands(): number {
    return this.device.limits.maxStorageBuffersPerShaderStage - 1;
  }

  /** The pipeline of a shader, made once for equal texts. */
  pipeline(code: string, operands: number): Pipeline {
    const known = this.#pipelines.get(code);
    if (known !== undefined) return known;
    const { device } = this;
    const layout = this.#layout(operands);
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    });
    const made = { pipeline, layout };
    this.#pipelines.set(code, made);
    return made;
  }

  /** Bindings 0 to n-1 are read, binding n is written. */
  #layout(operands: number): GPUBindGroupLayout {
    const known = this.#layouts.get(operands);
    if (known !== undefined) return known;
    const entries = Array.from(
      { length: operands + 1 },
      (_, binding): GPUBindGroupLayoutEntry => ({
        binding,
        visibility: computeStage,
        buffer: { type: binding === operands ? "storage" : "read-only-storage" },
      }),
    );
    const layout = this.device.createBindGroupLayout({ entries });
    this.#layouts.set(operands, layout);
    return layout;
  }

  /** Errors of the device that nobody was waiting for. @throws BitaleError KERNEL_FAILED */
  check(): void {
    void this.device;
    const error = this.#errors.shift();
    if (error === undefined) return;
    throw new BitaleError("KERNEL_FAILED", {
      subject: "backend tensor-gpu",
      problem: error.message,
      cause: error,
    });
  }

  /** Gives the device back, unless it is the app's own. */
  close(): void {
    if (this.#device === undefined) return;
    if (this.#lost === undefined) this.#pool?.trim();
    if (this.#options.device === undefined) this.#device.destroy();
    this.#pipelines.clear();
    this.#layouts.clear();
  }
}
