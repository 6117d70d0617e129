/** Core's own backend for opaque values: strings, records, anything. Used only when it is asked for by name. */

import { RefusalError } from "../errors.js";
import { type FilterOptions, Type } from "../graph/type.js";
import { SharedVariable } from "../shared/shared-variable.js";
import { dtypes } from "../tensor/dtype.js";
import { isNDArray } from "../tensor/ndarray.js";
import { API_VERSION, type Plugin } from "./contract.js";

/** Any value but null and undefined. Not usable in tensor expressions; an output or an update may be generic. */
export class GenericType extends Type<unknown, unknown> {
  readonly kind = "generic";
  override readonly backend = "generic";

  override filter(value: unknown, _options?: FilterOptions): unknown {
    return value;
  }
  override equals(other: Type): boolean {
    return other.kind === this.kind;
  }
  override accepts(other: Type): boolean {
    return other.kind === this.kind;
  }
  override plain(): Type {
    return this;
  }
  override toString(): string {
    return "GenericType";
  }
  /** A structured clone; what cannot be cloned (a function) stays the same object. */
  override copyInternal(value: unknown): unknown {
    if (isNDArray(value)) return value.copy();
    const { structuredClone } = globalThis as { structuredClone?: (value: unknown) => unknown };
    try {
      return structuredClone?.(value) ?? value;
    } catch {
      return value;
    }
  }
  override shapeOf(): readonly number[] {
    return [];
  }
}

export const genericPlugin: Plugin = {
  id: "generic",
  apiVersion: API_VERSION,
  priority: Number.NEGATIVE_INFINITY,
  kwargs: {},
  supports: {
    dtypes,
    syncRead: true,
    aliases: {
      getBorrowAliases: true,
      constructBorrowAliases: true,
      setBorrowAliases: true,
      setInPlace: false,
      setCastInPlace: false,
      constructsFromNDArray: false,
    },
  },
  use: {
    useFactory: () => ({
      construct: (value, { name, strict, requested }) => {
        if (!requested)
          throw new RefusalError('opaque values are stored only when asked for: { backend: "generic" }');
        return new SharedVariable(name, new GenericType(), value, strict, { borrow: true });
      },
    }),
  },
};
