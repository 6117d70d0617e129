import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { BitaleError, type DType, emptyNDArray, type NDArray } from "@bitale/core";

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

  /** Reads the file. @throws BitaleError BAD_FILE where somebody removed it or changed its length */
  read(): NDArray {
    const array = emptyNDArray(this.shape, this.dtype);
    const bytes = new Uint8Array(array.data.buffer);
    let file: Uint8Array;
    try {
      file = readFileSync(this.path);
    } catch (cause) {
      throw new BitaleError("BAD_FILE", { subject: this.path, problem: "it cannot be read", cause });
    }
    if (file.length !== bytes.length) {
      throw new BitaleError("BAD_FILE", {
        subject: this.path,
        problem: "it has another length than its tensor",
        expected: `${bytes.length} bytes for ${this.dtype} [${this.shape.join(", ")}]`,
        got: `${file.length} bytes`,
      });
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
      writeFileSync(file, new Uint8Array(buffer, byteOffset, byteLength));
      fsyncSync(file);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
    return new FileTensor(path, array.dtype, [...array.shape]);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  toString(): string {
    return `FileTensor(${this.dtype}, [${this.shape.join(", ")}], ${this.path})`;
  }
}
