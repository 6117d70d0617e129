import type { Operand } from "../loop-structure.js";

/** Lines of elements, each worked on by itself: what a kernel for them is made for. */
export interface LinesStructure {
  /** Loops around the lines; one more goes along them. */
  readonly kept: number;
  readonly out: Operand;
  readonly operand: Operand;
}
