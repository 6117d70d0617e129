import type { Container } from "./container.js";
import { giveBack } from "./give-back.js";

/** An internal value that is ready to be put in. */
export interface NewValue {
  readonly container: Container;
  readonly internal: unknown;
}

/**
 * Puts new values into several containers at once; that cannot fail. Old storage is given back afterwards: what a
 * plugin throws there is a warning, the new values stay.
 */
export function replaceAll(values: readonly NewValue[], warn: (message: string) => void): void {
  const old = values.map(({ container, internal }) => ({ container, value: container.swap(internal) }));
  for (const { container, value } of old) {
    if (value !== undefined) giveBack(() => container.type.release(value), warn);
  }
}
