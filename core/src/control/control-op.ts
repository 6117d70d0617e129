import { type Apply, Op, type Variable } from "../graph/nodes.js";
import type { InnerGraph } from "./inner-graph.js";

const BRAND = Symbol.for("bitale.control-op");
let serial = 0;

/**
 * An op with graphs inside, which `compile` runs itself: step by step or one of several, on whatever backends the
 * inner nodes are placed. Its first operand is a number or a bool on the host.
 */
export abstract class ControlOp extends Op {
  readonly [BRAND] = true;
  readonly #key = `${serial++}`;
  /** The graphs that it runs. */
  abstract readonly graphs: readonly InnerGraph[];

  override hostOperands(_inputs: readonly Variable[]): {
    readonly shape: number[];
    readonly value: number[];
  } {
    return { shape: [], value: [0] };
  }
  override get innerGraphs(): readonly InnerGraph[] {
    return this.graphs;
  }
  /** Graphs are not compared: only the very same op merges with itself. */
  override key(): string {
    return `${this.name}#${this.#key}`;
  }
  abstract override gradient(
    apply: Apply,
    outputGradients: readonly (Variable | undefined)[],
  ): readonly (Variable | undefined)[];
}

/** Whether an op has graphs inside (of any copy of core). */
export const isControlOp = (op: Op | undefined): op is ControlOp => op !== undefined && BRAND in op;
