import type { DType } from "../tensor/dtype.js";
import type { NDArray } from "../tensor/ndarray.js";

/** Memory of a program: what a run is given, what never changes, what it works in, what it returns. */
export type Slot =
  | { readonly kind: "input"; readonly place: number }
  | { readonly kind: "constant"; readonly value: NDArray }
  | { readonly kind: "temporary"; readonly dtype: DType; readonly size: number }
  | {
      readonly kind: "output";
      readonly place: number;
      readonly dtype: DType;
      readonly shape: readonly number[];
    };
