/** Numbers of a direct call: those that decide where slices begin, and those that are outputs or operands. */
import type { Variable } from "../graph/nodes.js";
import { type NDArray, scalarNDArray } from "../tensor/ndarray.js";
import type { TensorType } from "../tensor/tensor-type.js";
import { CallNumbers } from "./call-numbers.js";
import type { Exit, Linked } from "./linked.js";
import type { Facts } from "./specialize.js";

/** Computes what a call needs when it needs it; most calls need nothing. */
export class DirectNumbers {
  readonly #linked: Linked;
  readonly #values: readonly unknown[];
  #call: CallNumbers | undefined;

  /** @param values internal values of the call by slot */
  constructor(linked: Linked, values: readonly unknown[]) {
    this.#linked = linked;
    this.#values = values;
  }

  /** For the scalars of a region's run. */
  scalars(variables: readonly Variable[], facts: Facts): readonly number[] {
    return variables.map((variable) => Number(this.#numbers().get(variable, facts)));
  }

  array(variable: Variable, facts: Facts): NDArray {
    if (facts.isFolded(variable)) return facts.folded(variable);
    return scalarNDArray(this.#numbers().get(variable, facts), (variable.type as TensorType).dtype);
  }

  /** A value that leaves as it came, or a number. */
  leaving(exit: Exit, facts: Facts): unknown {
    return exit.from === "number" ? this.array(exit.variable, facts) : this.#values[exit.slot.index];
  }

  /** Another call begins. */
  forget(): void {
    this.#call = undefined;
  }

  #numbers(): CallNumbers {
    this.#call ??= new CallNumbers(this.#linked.numbers, (variable) => {
      const slot = this.#linked.hostSlots.get(variable);
      return slot === undefined ? undefined : this.#values[slot.index];
    });
    return this.#call;
  }
}
