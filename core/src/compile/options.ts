import type { Variable } from "../graph/nodes.js";
import type { Mode } from "../rewrite/mode.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { Operand } from "../tensor/ops/operands.js";
import type { In, Out } from "./interface.js";

/** A new value for a shared variable: an expression, or a number or array that never changes. */
export type UpdatePair<S extends SharedVariable = SharedVariable> = readonly [S, Operand];
/** What stands for what: inputs, shared variables, constants or expressions, and their replacement. */
export type GivenPair = readonly [Variable, Operand];

/** An explicit input, with or without rules of its own. */
export type Input = Variable | In;
/** One output, with or without rules of its own. */
export type Output = Variable | Out;
/** What a function returns: nothing, one value, a list, or a record of named ones. */
export type Outputs = Output | readonly Output[] | { readonly [name: string]: Output } | null | undefined;

export interface CompileOptions {
  /** Shown in errors and prints. */
  readonly name?: string | undefined;
  /** New values, all computed from the old ones and stored together when the call has succeeded. */
  readonly updates?: Iterable<UpdatePair> | undefined;
  /** Replacements in outputs and updates (not in what is updated). Pairs apply in order. */
  readonly givens?: Iterable<GivenPair> | undefined;
  /**
   * true (default): a given must have the type of what it replaces; false: any, and the types of what is computed from
   * it follow.
   */
  readonly rebuildStrict?: boolean | undefined;
  /** true: no default updates; a list: not those of these variables. */
  readonly noDefaultUpdates?: boolean | readonly SharedVariable[] | undefined;
  /** An input that nothing depends on: an error (default), a warning, or nothing. */
  readonly onUnusedInput?: "raise" | "warn" | "ignore" | undefined;
  /** Casts of arguments: true: any; false: only lossless; undefined: lossless, and JS floats to `floatX`. */
  readonly allowInputDowncast?: boolean | undefined;
  /** true: times every region, kernel and transfer; the function's `profile` tells. Costs nothing where it is off. */
  readonly profile?: boolean | undefined;
  /** Which rewrites run and how long; all but "relaxed" by default. */
  readonly mode?: Mode | undefined;
}
