import {
  BitaleTypeError,
  type DType,
  type FilterOptions,
  type NDArray,
  type Shape,
  sizeOf,
  TensorType,
} from "@bitale/core";
import type { GpuSession } from "./session.js";
import { download, encode, GpuTensor, upload } from "./storage.js";

/** Dense tensors on a GPU. Setting and computing are synchronous, only reading back waits. */
export class GpuTensorType extends TensorType<GpuTensor> {
  override readonly backend = "tensor-gpu";
  override readonly residence = "tensor-gpu";
  override readonly syncRead = false;
  readonly #session: GpuSession;

  constructor(dtype: DType, shape: Shape, session: GpuSession) {
    super(dtype, shape);
    this.#session = session;
  }

  override isInternal(value: unknown): value is GpuTensor {
    return value instanceof GpuTensor;
  }
  override filterInternal(value: GpuTensor, options: FilterOptions = {}): GpuTensor {
    this.checkInternal(value, options.subject ?? this.toString());
    return value;
  }
  /** Uploads; the host memory is never kept. @throws BitaleTypeError BAD_VALUE (int64 outside of 32 bits) */
  override fromHost(host: NDArray): GpuTensor {
    const { device, pool } = this.#session;
    const data = encode(host);
    const buffer = pool.take(host.size);
    upload(device, buffer, data);
    return new GpuTensor(buffer, host.dtype, [...host.shape]);
  }
  /** @throws BitaleTypeError NEEDS_ASYNC, always */
  override toHost(): NDArray {
    throw new BitaleTypeError("NEEDS_ASYNC", {
      subject: this.toString(),
      problem: "a GPU can only be read asynchronously",
      cure: "await variable.getValueAsync(), or await f.async(…)",
    });
  }
  override async toHostAsync(internal: GpuTensor): Promise<NDArray> {
    const { device } = this.#session;
    const host = await download(device, internal);
    this.#session.check();
    return host;
  }
  override copyInternal(internal: GpuTensor): GpuTensor {
    const { device, pool } = this.#session;
    const buffer = pool.take(sizeOf(internal.shape));
    const encoder = device.createCommandEncoder();
    const bytes = sizeOf(internal.shape) * 4;
    if (bytes > 0) encoder.copyBufferToBuffer(internal.buffer, 0, buffer, 0, bytes);
    device.queue.submit([encoder.finish()]);
    return new GpuTensor(buffer, internal.dtype, internal.shape);
  }
  override assign(internal: GpuTensor, host: NDArray): boolean {
    const same =
      internal.shape.length === host.shape.length && internal.shape.every((d, i) => d === host.shape[i]);
    if (same) upload(this.#session.device, internal.buffer, encode(host));
    return same;
  }
  override shapeOf(internal: GpuTensor): readonly number[] {
    return internal.shape;
  }
  override release(internal: GpuTensor): void {
    this.#session.pool.give(internal.buffer);
  }
}
