/** Variables that break one promise each: a plugin may bring a class of its own. */
import { type GetValueOptions, SharedVariable } from "@bitale/core";
import type { Construct } from "./honest-plugins.js";

type VariableClass = new (...args: ConstructorParameters<typeof SharedVariable>) => SharedVariable;

/** The right variables in another class. */
export const inClass =
  (Class: VariableClass) =>
  (right: Construct): Construct =>
  (value, options) => {
    const { name, type, container } = right(value, options) as SharedVariable;
    return new Class(name, type, undefined, undefined, { container });
  };

export class IgnoresDispose extends SharedVariable {
  override dispose(): void {}
}
export class CopiesInternal extends SharedVariable {
  override getValue(options: GetValueOptions = {}): never {
    const borrow = options.returnInternalType ? false : (options.borrow ?? false);
    return super.getValue({ ...options, borrow }) as never;
  }
}
export class TakesNull extends SharedVariable {
  override setValue(value: unknown, options?: { readonly borrow?: boolean }): void {
    if (value !== null) super.setValue(value, options);
  }
}
export class IgnoresSet extends SharedVariable {
  override setValue(): void {}
}
