/** The op of a loop: an inner graph for one step. */
import { BitaleTypeError } from "../errors.js";
import { type Apply, isConstant, type Op, type Variable } from "../graph/nodes.js";
import type { NDArray } from "../tensor/ndarray.js";
import type { Dim } from "../tensor/shape.js";
import { isTensorType, TensorType } from "../tensor/tensor-type.js";
import { ControlOp } from "./control-op.js";
import type { InnerGraph } from "./inner-graph.js";

const BRAND = Symbol.for("bitale.scan");

/** How the operands and results of a scan are divided up. */
export interface ScanLayout {
  readonly carries: number;
  readonly sequences: number;
  readonly outputs: number;
  readonly reverse: boolean;
}

/** Gradients of the operands of a loop; undefined where no path leads. It is a loop again, so `scan` brings it. */
export type ScanGradient = (
  op: ScanOp,
  apply: Apply,
  arrived: readonly (Variable | undefined)[],
) => readonly (Variable | undefined)[];

/**
 * A loop. Operands: (length, ...initial carries, ...sequences, ...what the step reads from around it). Results:
 * (...final carries, ...stacked outputs, ...stacked carries before each step). What nobody uses is not computed.
 */
export class ScanOp extends ControlOp {
  readonly [BRAND] = true;
  readonly name = "scan";
  /** (...carries, ...elements, ...captured) -> (...new carries, ...outputs) */
  readonly step: InnerGraph;
  readonly layout: ScanLayout;

  readonly #gradient: ScanGradient;

  constructor(step: InnerGraph, layout: ScanLayout, gradient: ScanGradient) {
    super();
    this.step = step;
    this.layout = layout;
    this.#gradient = gradient;
  }

  get graphs(): readonly InnerGraph[] {
    return [this.step];
  }

  override infer(inputs: readonly Variable[]): readonly TensorType[] {
    const [length, ...operands] = inputs as [Variable, ...Variable[]];
    const steps: Dim = isConstant(length) ? (length.value as NDArray).item() : null;
    const { carries, sequences } = this.layout;
    operands.forEach((operand, i) => {
      const inner = (this.step.inputs[i] as Variable).type;
      const isSequence = i >= carries && i < carries + sequences;
      const type = operand.type.plain();
      const element =
        isSequence && isTensorType(type) ? new TensorType(type.dtype, type.shape.slice(1)) : type;
      if (inner.convertible(element)) return;
      throw new BitaleTypeError("BAD_OPERAND", {
        subject: "scan",
        problem: "an operand does not fit the step",
        expected: inner.toString(),
        got: element.toString(),
      });
    });
    const carryTypes = this.step.inputs.slice(0, carries).map((input) => input.type as TensorType);
    const outputTypes = this.step.outputs.slice(carries).map((output) => output.type as TensorType);
    const stacked = [...outputTypes, ...carryTypes].map(
      ({ dtype, shape }) => new TensorType(dtype, [steps, ...shape]),
    );
    return [...carryTypes.map(({ dtype, shape }) => new TensorType(dtype, shape)), ...stacked];
  }

  override gradient(apply: Apply, arrived: readonly (Variable | undefined)[]) {
    return this.#gradient(this, apply, arrived);
  }

  /** The same loop with less in it. */
  restrictedTo(step: InnerGraph, layout: ScanLayout): ScanOp {
    return new ScanOp(step, layout, this.#gradient);
  }

  override toString(): string {
    return this.layout.reverse ? "scan{reverse}" : "scan";
  }
}

/** Whether an op is a loop (of any copy of core). */
export const isScanOp = (op: Op | undefined): op is ScanOp => op !== undefined && BRAND in op;
