import { type DType, type NDArray, type Shape, TensorType } from "@bitale/core";
import type { FileStore } from "./file-store.js";
import { FileTensor } from "./file-tensor.js";

/** Dense tensors in files. Core moves the values to the host and back; nothing in core knows this class. */
export class FileTensorType extends TensorType<FileTensor> {
  override readonly backend = "file-storage";
  override readonly residence = "file-storage";
  readonly #store: FileStore;
  readonly #name: string;
  readonly #directory: string | undefined;

  constructor(
    dtype: DType,
    shape: Shape,
    store: FileStore,
    place: { readonly name: string; readonly directory: string | undefined },
  ) {
    super(dtype, shape);
    this.#store = store;
    this.#name = place.name;
    this.#directory = place.directory;
  }

  override isInternal(value: unknown): value is FileTensor {
    return value instanceof FileTensor;
  }
  override filterInternal(value: FileTensor): FileTensor {
    this.checkInternal(value, this.toString());
    return value;
  }
  override fromHost(host: NDArray): FileTensor {
    return this.#store.write(host, this.#name, this.#directory);
  }
  override toHost(internal: FileTensor): NDArray {
    return internal.read();
  }
  override copyInternal(internal: FileTensor): FileTensor {
    return this.fromHost(internal.read());
  }
  override shapeOf(internal: FileTensor): readonly number[] {
    return internal.shape;
  }
  override release(internal: FileTensor): void {
    this.#store.remove(internal);
  }
}
