import { definePlugin, type StandardSchema } from "@bitale/core";
import { sparseDTypes } from "./formats/dtype.js";
import { type SparseFormat, type SparseMatrix, sparseFormats } from "./formats/matrix.js";
import { type SparseKwargs, sparseShared } from "./shared.js";
import type { StoredSparseType } from "./storage.js";

declare module "@bitale/core" {
  interface BackendRegistry {
    sparse: { kwargs: SparseKwargs; internal: SparseMatrix; value: SparseMatrix; type: StoredSparseType };
  }
}

/** A schema of one test. */
function schema<T>(expected: string, fits: (value: unknown) => value is T): StandardSchema<T> {
  return {
    "~standard": {
      version: 1,
      vendor: "bitale",
      validate: (value) => (fits(value) ? { value } : { issues: [{ message: `expected ${expected}` }] }),
    },
  };
}

/**
 * Sparse matrices in CSR and CSC. It stores them and runs its own ops on the host; dense results are plain arrays
 * that any backend goes on with.
 */
export const plugin = definePlugin({
  id: "sparse",
  apiVersion: 1,
  priority: 80,
  kwargs: {
    format: schema(sparseFormats.map((f) => `"${f}"`).join(" or "), (value): value is SparseFormat =>
      sparseFormats.includes(value as SparseFormat),
    ),
    borrow: schema("a boolean", (value): value is boolean => typeof value === "boolean"),
  },
  supports: {
    dtypes: sparseDTypes,
    aliases: {
      getBorrowAliases: true,
      constructBorrowAliases: true,
      setBorrowAliases: true,
      setInPlace: false,
      setCastInPlace: false,
      constructsFromNDArray: false,
    },
    syncRead: true,
  },
  use: { useFactory: () => ({ construct: sparseShared }) },
});
