import type { Variable } from "./nodes.js";

/** What `debugPrint` shows. */
export interface DebugPrintOptions {
  /** Shows the Type of every variable (default true). */
  readonly types?: boolean | undefined;
  /** Levels to show: 1 is the node itself and its operands (default: all). */
  readonly depth?: number | undefined;
  /** Which nodes get a letter: those that are used again (default), every one, or none. */
  readonly ids?: "reused" | "all" | "none" | undefined;
  /** Shows where nodes run and where values lie, for compiled functions and shared variables (default true). */
  readonly placement?: boolean | undefined;
  /** Variables, or their names, that are shown without what they are computed from. */
  readonly stopAt?: readonly (Variable | string)[] | undefined;
  /** Shows where in the user's code each node was made (default false). */
  readonly made?: boolean | undefined;
  /** A note behind a variable. */
  readonly note?: ((variable: Variable) => string | undefined) | undefined;
}
