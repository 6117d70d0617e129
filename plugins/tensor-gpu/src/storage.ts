/** Tensors on the device, the pool of their buffers, and the way between device and host. */
import {
  arrayConstructor,
  BitaleTypeError,
  type DType,
  emptyNDArray,
  type NDArray,
  sizeOf,
  type TypedArray,
} from "@bitale/core";

/** Flags of `GPUBufferUsage`, written out: the global is missing in Node. */
const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 } as const;
const storageUsage = usage.storage | usage.copySource | usage.copyTarget;
const mapModeRead = 1;

/** What tensor-gpu keeps: a buffer with row-major elements, 4 bytes each. Its content is never changed by functions. */
export class GpuTensor {
  readonly buffer: GPUBuffer;
  readonly dtype: DType;
  readonly shape: readonly number[];
  constructor(buffer: GPUBuffer, dtype: DType, shape: readonly number[]) {
    this.buffer = buffer;
    this.dtype = dtype;
    this.shape = shape;
  }
  toString(): string {
    return `GpuTensor(${this.dtype}, [${this.shape.join(", ")}])`;
  }
}

/** Dtypes that lie on the device, each as 32 bits: bool as 0 or 1, int64 as int32 (indices; see the docs). */
export const gpuDTypes = ["float32", "int32", "uint32", "bool", "int64"] as const;
export type GpuDType = (typeof gpuDTypes)[number];
export const isGpuDType = (dtype: DType): dtype is GpuDType =>
  (gpuDTypes as readonly string[]).includes(dtype);

/** Bytes of a buffer: 4 for each element, a little more so that few sizes occur. */
function bufferBytes(elements: number): number {
  const bytes = Math.max(16, elements * 4);
  const step = 2 ** Math.max(4, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}

/** Buffers that are free again, by size. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #most: number;
  readonly #free = new Map<number, GPUBuffer[]>();
  #bytes = 0;

  /** @param most bytes that are kept; more is destroyed */
  constructor(device: GPUDevice, most: number) {
    this.#device = device;
    this.#most = most;
  }

  /** Bytes that wait to be used again. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A buffer for so many elements; its content is undefined. */
  take(elements: number): GPUBuffer {
    const size = bufferBytes(elements);
    const reused = this.#free.get(size)?.pop();
    if (reused !== undefined) {
      this.#bytes -= size;
      return reused;
    }
    return this.#device.createBuffer({ size, usage: storageUsage });
  }

  /** Gives a buffer back. Work on it must have been submitted: later writes are ordered behind that. */
  give(buffer: GPUBuffer): void {
    const { size } = buffer;
    if (this.#bytes + size > this.#most) {
      buffer.destroy();
      return;
    }
    this.#bytes += size;
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [buffer]);
    else list.push(buffer);
  }

  /** Destroys what is free; memory comes back with the next submit. */
  trim(): void {
    for (const list of this.#free.values()) for (const buffer of list) buffer.destroy();
    this.#free.clear();
    this.#bytes = 0;
    this.#device.queue.submit([]);
  }
}

/** Elements as the device holds them. @throws BitaleTypeError BAD_VALUE for an int64 outside of 32 bits */
export function encode(array: NDArray): Uint32Array | Int32Array | Float32Array {
  const flat = array.flat();
  if (array.dtype === "bool") return Uint32Array.from(flat as Uint8Array);
  if (array.dtype !== "int64") return flat as Float32Array;
  const narrow = new Int32Array(flat.length);
  for (let i = 0; i < flat.length; i++) {
    const value = Number(flat[i]);
    narrow[i] = value;
    if (narrow[i] !== value) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject: "upload to tensor-gpu",
        problem: `int64 is held in 32 bits on the GPU, and ${flat[i]} does not fit`,
        expected: "-2147483648 to 2147483647",
        cure: "keep this variable on tensor-cpu",
      });
    }
  }
  return narrow;
}

/** The host array of elements as the device holds them. */
export function decode(bytes: ArrayBuffer, dtype: DType, shape: readonly number[]): NDArray {
  const size = sizeOf(shape);
  const result = emptyNDArray(shape, dtype);
  if (dtype === "bool") result.data.set(new Uint32Array(bytes, 0, size) as never);
  else if (dtype === "int64") {
    const narrow = new Int32Array(bytes, 0, size);
    for (let i = 0; i < size; i++) result.data[i] = BigInt(narrow[i] as number) as never;
  } else {
    const held: TypedArray = new (arrayConstructor(dtype))(bytes, 0, size);
    result.data.set(held as never);
  }
  return result;
}

/** Writes encoded elements into a buffer, before all work that is submitted later. */
export function upload(
  device: GPUDevice,
  buffer: GPUBuffer,
  data: Uint32Array | Int32Array | Float32Array,
): void {
  if (data.length > 0)
    device.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** Reads elements back, behind all work that was submitted before. */
export async function download(device: GPUDevice, tensor: GpuTensor): Promise<NDArray> {
  const bytes = sizeOf(tensor.shape) * 4;
  if (bytes === 0) return emptyNDArray(tensor.shape, tensor.dtype);
  const staging = device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(tensor.buffer, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  try {
    await staging.mapAsync(mapModeRead, 0, bytes);
    return decode(staging.getMappedRange(0, bytes), tensor.dtype, tensor.shape);
  } finally {
    staging.destroy();
  }
}
