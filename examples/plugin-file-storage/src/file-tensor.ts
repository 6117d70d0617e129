import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { type DType, emptyNDArray, type NDArray } from "@bitale/core";

/** The internal value of this plugin: a tensor in a file of its own, raw row-major bytes in the machine's order. */
export class FileTensor {
  readonly path: string;
  readonly dtype: DType;
  readonly shape: readonly number[];

  constructor(path: string, dtype: DType, shape: readonly number[]) {
    this.path = path;
    this.dtype = dtype;
    this.shape = shape;
  }

  /** Reads the file. */
  read(): NDArray {
    const array = emptyNDArray(this.shape, this.dtype);
    const bytes = new Uint8Array(array.data.buffer);
    const file = readFileSync(this.path);
    if (file.length !== bytes.length) {
      throw new RangeError(
        `${this.path} has ${file.length} bytes, a ${this.dtype} tensor needs ${bytes.length}`,
      );
    }
    bytes.set(file);
    return array;
  }

  /** Writes beside the path, then renames: whoever looks sees the whole tensor or none. */
  static write(path: string, array: NDArray): FileTensor {
    const { buffer, byteOffset, byteLength } = array.flat();
    const beside = `${path}.tmp`;
    const file = openSync(beside, "w");
    try {
      writeSync(file, new Uint8Array(buffer, byteOffset, byteLength));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
    return new FileTensor(path, array.dtype, [...array.shape]);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
