import { type DType, type FilterOptions, type NDArray, type Shape, TensorType } from "@bitale/core";
import type { FileStore } from "./file-store.js";
import { FileTensor } from "./file-tensor.js";

/** Where the files of one variable go. */
export interface FilePlace {
  readonly label: string;
  readonly directory: string | undefined;
}

/** Dense tensors in files. Core moves the values to the host and back; nothing in core knows this class. */
export class FileTensorType extends TensorType<FileTensor> {
  override readonly backend = "file-storage";
  override readonly residence = "file-storage";
  readonly #store: FileStore;
  readonly #place: FilePlace;

  constructor(dtype: DType, shape: Shape, store: FileStore, place: FilePlace) {
    super(dtype, shape);
    this.#store = store;
    this.#place = place;
  }

  override fromHost(host: NDArray): FileTensor {
    return this.#store.write(host, this.#place.label, this.#place.directory);
  }
  override toHost(internal: FileTensor): NDArray {
    return internal.read();
  }
  override isInternal(value: unknown): value is FileTensor {
    return value instanceof FileTensor;
  }
  override filterInternal(value: FileTensor, options: FilterOptions = {}): FileTensor {
    this.checkInternal(value, options.subject ?? this.toString());
    return value;
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
