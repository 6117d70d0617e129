import type { CumulativeName } from "@bitale/core";
import type { Operand } from "../loop-structure.js";

/** Lines of elements, each worked on by itself: what a kernel for them is made for. */
export interface LinesStructure {
  /** Loops around the lines; one more goes along them. */
  readonly kept: number;
  readonly out: Operand;
  readonly operand: Operand;
}

export interface RunningStructure extends LinesStructure {
  readonly op: CumulativeName;
}

export interface SortStructure extends LinesStructure {
  readonly op: "argsort" | "sort";
}
