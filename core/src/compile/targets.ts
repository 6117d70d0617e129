/** Arrays of the caller's own that outputs are written into. */
import { BitaleTypeError, describeValue } from "../errors.js";
import type { Type } from "../graph/type.js";
import { isNDArray, type NDArray } from "../tensor/ndarray.js";
import { isTensorType } from "../tensor/tensor-type.js";
import { asTarget, overlaps } from "../tensor/write-into.js";
import type { Into } from "./arguments.js";
import type { Linked } from "./linked.js";

/** What outputs have to do with a list of them. */
export interface OutputForm {
  /** Names of the outputs, where they are a record. */
  readonly names: readonly string[] | undefined;
  /** Whether there is one output, by itself. */
  readonly single: boolean;
}

/** The arrays of one call, one for each output; undefined where a new one is made. */
export class Targets {
  readonly #linked: Linked;
  readonly #subject: (output: number) => string;
  readonly given: readonly unknown[];

  /** @throws BitaleTypeError BAD_ARGUMENT where the form is another one, or an output is not dense or not on the host */
  constructor(linked: Linked, { names, single }: OutputForm, into: Into, functionName: string) {
    this.#linked = linked;
    this.#subject = (output) => `into of output ${names?.[output] ?? output} of ${functionName}`;
    const { outputs, graph } = linked;
    const refuse = (problem: string, got: unknown): never => {
      throw new BitaleTypeError("BAD_ARGUMENT", {
        subject: `into of ${functionName}`,
        problem,
        got: describeValue(got),
      });
    };
    if (single) this.given = [into];
    else if (names !== undefined) {
      const record = into as Readonly<Record<string, unknown>>;
      const unknown = Object.keys(record).find((name) => !names.includes(name));
      if (unknown !== undefined) refuse(`there is no output ${unknown}`, into);
      this.given = names.map((name) => record[name]);
    } else {
      if (!Array.isArray(into) || into.length > outputs.length)
        refuse(`a list of ${outputs.length} arrays is needed`, into);
      this.given = outputs.map((_, i) => (into as readonly unknown[])[i]);
    }
    this.given.forEach((target, i) => {
      if (target === undefined) return;
      const dense = isTensorType(graph.outputs[i]?.type.plain() as Type);
      if (!dense || graph.outputPlans[i]?.internal === true)
        refuse("only dense host values are written", target);
    });
  }

  /**
   * The arrays as targets for outputs of these shapes.
   * @throws BitaleTypeError BAD_VALUE, WRONG_DTYPE; BitaleRangeError WRONG_SHAPE
   */
  fit(shapeOf: (output: number) => readonly number[]): (NDArray | undefined)[] {
    const { graph, shared, updates } = this.#linked;
    const targets = this.given.map((target, i) => {
      if (target === undefined) return undefined;
      const type = graph.outputs[i]?.type.plain() as Type;
      if (!isTensorType(type)) return undefined;
      return asTarget(target, type.dtype, shapeOf(i), this.#subject(i));
    });
    const storage = [
      ...shared.map(({ variable }) => variable.container),
      ...graph.inputs.map(({ container }) => container),
      ...updates.map(({ update }) => update.container),
    ].flatMap((container) => (isNDArray(container?.cell.value) ? [container.cell.value] : []));
    targets.forEach((target, i) => {
      if (target === undefined) return;
      const others = [...storage, ...targets.slice(0, i)];
      if (others.every((other) => other === undefined || !overlaps(target, other))) return;
      throw new BitaleTypeError("BAD_VALUE", {
        subject: this.#subject(i),
        problem: "it shares memory with another output's array, or with the storage of a variable",
        cure: "pass an array of its own",
      });
    });
    return targets;
  }
}
