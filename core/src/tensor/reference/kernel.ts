import type { DType } from "../dtype.js";
import type { NDArray } from "../ndarray.js";
import type { LoweredName, LoweredParams } from "../primitives.js";

/** What a reference kernel is given. Shapes and dtypes fit together as the primitive's type rule says. */
export interface ReferenceCall<N extends LoweredName> {
  readonly params: LoweredParams[N];
  /** Any strides, offsets and lengths (0 too); never changed. */
  readonly inputs: readonly NDArray[];
  /** Of the result. */
  readonly dtype: DType;
  /** Of the result. */
  readonly shape: readonly number[];
  /** Numbers of this call: what a `{ scalar }` start points at. */
  readonly scalars: readonly number[];
}

/** Runs one primitive. The result is a fresh row-major array of the call's dtype and shape. */
export type ReferenceKernel<N extends LoweredName> = (call: ReferenceCall<N>) => NDArray;

/** Kernels of some primitives, one for each name. */
export type ReferenceKernels<Names extends LoweredName> = { readonly [N in Names]: ReferenceKernel<N> };
