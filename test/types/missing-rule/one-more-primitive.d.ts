import type { NoParams } from "../../../core/src/tensor/primitives.js";

/** A primitive that stands in no table. */
declare module "../../../core/src/tensor/primitives.js" {
  interface PrimitiveParams {
    nowhere: NoParams;
  }
  interface LoweredParams {
    nowhere: NoParams;
  }
}
