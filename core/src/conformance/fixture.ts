import type { Variable } from "../graph/nodes.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { DType } from "../tensor/dtype.js";

/** A value of another dtype, and what a variable holds after it was set. */
export interface CastSample {
  readonly given: unknown;
  readonly stored: unknown;
}

/** What the kit cannot invent: values of the plugin's kind. `denseFixture` is the default, part by part. */
export interface Fixture {
  /** A host value; equal arguments give equal, independent values; variants differ and have one shape. */
  readonly make: (dtype: DType, variant: number) => unknown;
  /** A value of another shape. */
  readonly resized: (dtype: DType) => unknown;
  /** Whether two host values are equal, in dtype and shape too. */
  readonly same: (a: unknown, b: unknown) => boolean;
  /** Changes a host value in place, so that it differs from every variant. */
  readonly mutate: (value: unknown) => void;
  /** Kwargs without which the constructor does not take the values. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Values that are not the plugin's. */
  readonly foreign: readonly unknown[];
  /** A new value for a variable, as an expression of itself; applied twice it gives the old value. */
  readonly flip: (variable: SharedVariable) => Variable;
  /** The values of variant 0 in JS numbers, which `strict` refuses; undefined: the kind takes no JS numbers. */
  readonly literal: ((dtype: DType) => unknown) | undefined;
  /** A value of a dtype that promotes to this one; undefined: there is none. */
  readonly lossless: (dtype: DType) => CastSample | undefined;
  /** A value of a dtype that does not promote to this one; undefined: there is none. */
  readonly lossy: (dtype: DType) => CastSample | undefined;
  readonly wrongRank: (dtype: DType) => unknown;
  /** Largest error of a primitive, relative to values above 1, absolute below; only floats have one. */
  readonly tolerance: (dtype: DType) => number;
}
