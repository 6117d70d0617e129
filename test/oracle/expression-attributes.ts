/** Attributes that each op of an expression may have: another one is an unknown part of the language. */
import { NotImplemented } from "./outcome.js";

const reduction = ["axis", "keepdims"];
const attributes: Readonly<Record<string, readonly string[]>> = {
  cast: ["dtype"],
  sum: [...reduction, "dtype", "acc_dtype"],
  mean: [...reduction, "dtype", "acc_dtype"],
  prod: [...reduction, "dtype", "acc_dtype"],
  ...Object.fromEntries("max min argmax argmin all any logsumexp".split(" ").map((op) => [op, reduction])),
  var: [...reduction, "ddof"],
  std: [...reduction, "ddof"],
  tensordot: ["axes"],
  reshape: ["shape", "ndim"],
  flatten: ["ndim"],
  transpose: ["axes"],
  dimshuffle: ["pattern"],
  concatenate: ["axis"],
  stack: ["axis"],
  tile: ["reps"],
  repeat: ["repeats", "axis"],
  roll: ["shift", "axis"],
  diag: ["k"],
  ...Object.fromEntries(
    "sort argsort cumsum softmax log_softmax sp_sum".split(" ").map((op) => [op, ["axis"]]),
  ),
  arange: ["dtype"],
  eye: ["dtype"],
  zeros: ["shape", "dtype"],
  ones: ["shape", "dtype"],
  zeros_like: ["dtype"],
  ones_like: ["dtype"],
  specify_shape: ["shape"],
  constant: ["dtype", "name"],
  subtensor: ["index"],
  set_subtensor: ["index"],
  inc_subtensor: ["index"],
  grad: ["wrt", "index", "disconnected_inputs", "consider_constant"],
  rng_uniform: ["size", "out"],
};

/** @throws NotImplemented for an attribute that the op does not have */
export function checkAttributes(op: string, given: { readonly [name: string]: unknown }): void {
  const stray = Object.keys(given).find((name) => !(attributes[op] ?? []).includes(name));
  if (stray !== undefined) throw new NotImplemented(`attribute ${stray} of expression ${op}`);
}
