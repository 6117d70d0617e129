import type { FloatDType } from "./dtype.js";

/**
 * The dtype of JS floats. It belongs to a runtime; code that builds graphs asks here, and a runtime binds itself for
 * the time of a scope. Unbound it is float32.
 */
let resolve: () => FloatDType = () => "float32";

/** The `floatX` that is bound now. */
export const floatX = (): FloatDType => resolve();

/** Binds where `floatX` comes from; returns what was bound before. */
export function bindFloatX(source: () => FloatDType): () => FloatDType {
  const before = resolve;
  resolve = source;
  return before;
}

/** Runs `body` with another `floatX` (synchronously). */
export function withFloatX<R>(dtype: FloatDType, body: () => R): R {
  const before = bindFloatX(() => dtype);
  try {
    return body();
  } finally {
    bindFloatX(before);
  }
}
