/** Types that break one promise each. */
import { type BorrowOptions, type FilterOptions, NDArray, TensorType } from "@bitale/core";
import { Box, BoxType } from "./honest-plugins.js";

export class AliasesOnCopy extends TensorType {
  override toHost(internal: NDArray): NDArray {
    return internal;
  }
}
export class CopiesOnBorrow extends TensorType {
  override toHost(internal: NDArray): NDArray {
    return internal.copy();
  }
}
export class WritesNothing extends TensorType {
  override hostInto(_host: NDArray, into: unknown): NDArray {
    return into as NDArray;
  }
}
export class KeepsOnSet extends TensorType {
  override fromHost(host: NDArray): NDArray {
    return host;
  }
}
export class InternalAliases extends TensorType {
  override copyInternal(internal: NDArray): NDArray {
    return internal;
  }
  override toHost(internal: NDArray, { borrow }: BorrowOptions): NDArray {
    return borrow ? internal : internal.copy();
  }
  override fromHost(host: NDArray, { borrow }: BorrowOptions): NDArray {
    return borrow ? host : host.copy();
  }
}
export class IgnoresStrict extends TensorType {
  override filter(value: unknown, options?: FilterOptions): NDArray {
    return super.filter(value, { ...options, strict: false });
  }
}
export class CastsAnything extends TensorType {
  override filter(value: unknown, options?: FilterOptions): NDArray {
    return super.filter(value, { ...options, allowDowncast: true });
  }
}
export class NeverCasts extends TensorType {
  override filter(value: unknown, options?: FilterOptions): NDArray {
    return super.filter(value, { ...options, strict: true });
  }
}
export class SpoilsArguments extends TensorType {
  override filter(value: unknown, options?: FilterOptions): NDArray {
    const array = super.filter(value, options);
    const kept = array.copy();
    if (array.size > 0) array.data[array.offset] = 0 as never;
    return kept;
  }
}
/** Takes another rank as a row of the rank that it has. */
export class IgnoresRank extends TensorType {
  override filter(value: unknown, options?: FilterOptions): NDArray {
    if (value instanceof NDArray && value.ndim === 1 && this.ndim === 2) {
      return super.filter(
        new NDArray({ data: value.copy().data, shape: [1, value.size], dtype: value.dtype }),
        options,
      );
    }
    return super.filter(value, options);
  }
}
/** Makes a tensor of anything. */
export class TakesNonsense extends TensorType {
  override filter(value: unknown, options?: FilterOptions): NDArray {
    return super.filter(typeof value === "string" ? [[Number.NaN]] : value, options);
  }
}
/** Takes a string for an argument. */
export class LaxArguments extends TensorType {
  override plain(): TensorType {
    return new TakesNonsense(this.dtype, this.shape);
  }
}
export class Rounds extends TensorType {
  override fromHost(host: NDArray, { borrow }: BorrowOptions): NDArray {
    const kept = host.copy();
    if (this.dtype === "float32")
      kept.data.set(Float32Array.from(kept.data as Float32Array, Math.round) as never);
    return borrow ? host : kept;
  }
}
export class RemembersFirst extends TensorType {
  readonly #read = new Map<string, NDArray>();
  override toHost(internal: NDArray, { borrow }: BorrowOptions): NDArray {
    if (borrow) return internal;
    const key = internal.shape.join();
    if (!this.#read.has(key)) this.#read.set(key, internal.copy());
    return (this.#read.get(key) as NDArray).copy();
  }
}
export class LosesMinusZero extends TensorType {
  override toHost(internal: NDArray, { borrow }: BorrowOptions): NDArray {
    if (borrow) return internal;
    const copy = internal.copy();
    copy.data.forEach((value: number | bigint, i: number) => {
      if (value === 0) copy.data[i] = 0 as never;
    });
    return copy;
  }
}
/** Takes the memory for what it shows, whatever strides and offset say. */
export class IgnoresStrides extends TensorType {
  override fromHost(host: NDArray, { borrow }: BorrowOptions): NDArray {
    const data = host.data.slice(0, host.size) as NDArray["data"];
    return borrow ? host : new NDArray({ data, shape: host.shape, dtype: host.dtype });
  }
}
/** One piece of memory for all values of a variable that have the same shape. */
export class OneBuffer extends TensorType {
  #buffer: NDArray | undefined;
  override fromHost(host: NDArray, { borrow }: BorrowOptions): NDArray {
    if (borrow) return host;
    const source = host.copy();
    if (this.#buffer?.shape.join() !== source.shape.join()) this.#buffer = source;
    this.#buffer.data.set(source.data as never);
    return this.#buffer;
  }
}
/** Reuses memory that it gave back, and gives back what others hold: its internal copies are no copies. */
const pool: Box[] = [];
export class Recycles extends BoxType {
  override release(box: Box): void {
    pool.push(box);
  }
  override copyInternal(box: Box): Box {
    return new Box(box.content);
  }
  override fromHost(host: NDArray): Box {
    const at = pool.findIndex(
      ({ content }) => content.dtype === host.dtype && content.shape.join() === host.shape.join(),
    );
    if (at === -1) return super.fromHost(host);
    const [box] = pool.splice(at, 1) as [Box];
    box.content.data.set(host.copy().data as never);
    return box;
  }
}
export class TrustsInternal extends BoxType {
  override filterInternal(box: Box): Box {
    return box;
  }
}
export class Misreports extends BoxType {
  override shapeOf(box: Box): readonly number[] {
    return [...box.content.shape].reverse();
  }
}
/** Says that it has cleared the storage, and has not. */
export class ClearsNothing extends TensorType {
  override clear(): boolean {
    return true;
  }
}
