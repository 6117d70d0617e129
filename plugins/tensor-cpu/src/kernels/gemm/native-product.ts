/** A product of floats by a native library, where the operands lie as it wants them. */
import type { DType } from "@bitale/core";
import type { NativeLibrary, NativeMatrix } from "../../accelerators/native.js";
import { floatLanes } from "../lanes.js";
import type { Addend, ProductKernel, ProductShape } from "./product.js";

/** Multiplications below which the call itself costs more than it saves. */
const smallest = 16 ** 3;

/** undefined: there is no library, the elements are no floats, the product is too small for it, or neither rows nor columns are contiguous. */
export function nativeProduct(
  library: NativeLibrary | undefined,
  dtype: DType,
  shape: ProductShape,
  addend: Addend,
): ProductKernel | undefined {
  const { m, n, k, cRow = n } = shape;
  if (library === undefined || m * n * k < smallest) return undefined;
  if (dtype !== "float32" && dtype !== "float64") return undefined;
  const left = layout(m, k, shape.aRow, shape.aDepth);
  const right = layout(k, n, shape.bDepth, shape.bColumn);
  if (left === undefined || right === undefined) return undefined;
  const gemm = library.gemm[dtype];
  const { bytes } = floatLanes[dtype];
  const memory = new Uint8Array(library.buffer);
  return (a, b, c, d, alpha) => {
    if (d !== 0 && d !== c) {
      for (let i = 0, from = d; i < m; i++, from += addend.row * bytes)
        memory.copyWithin(c + i * cRow * bytes, from, from + n * bytes);
    }
    gemm(
      { m, n, k },
      { at: a, ...left },
      { at: b, ...right },
      { at: c, leading: cRow, turned: false },
      alpha,
      d === 0 ? 0 : 1,
    );
  };
}

/** How a library sees a matrix by its strides in elements. */
function layout(
  rows: number,
  columns: number,
  rowStride: number,
  columnStride: number,
): Omit<NativeMatrix, "at"> | undefined {
  if (columnStride === 1 && rowStride >= columns) return { leading: rowStride, turned: false };
  return rowStride === 1 && columnStride >= rows ? { leading: columnStride, turned: true } : undefined;
}
