/** Plans a region for given strides of its inputs: views where nothing moves, fused loops, products, moves. */
import type { PrimitiveNode, Region, RegionValue } from "../plugin/region.js";
import type { DType } from "../tensor/dtype.js";
import {
  type ArgReductionName,
  argReductionNames,
  binaryNames,
  type LoweredName,
  type ReductionName,
  reductionNames,
  unaryNames,
} from "../tensor/primitives.js";
import { rowMajorStrides, sizeOf } from "../tensor/shape.js";
import { type FoldedProduct, foldProduct } from "./accumulation.js";
import { matrixView } from "./matrices.js";
import { joinSiblings } from "./siblings.js";
import type { Slot } from "./slots.js";
import { type ArgsortNode, sortBehind } from "./sorting.js";
import {
  type Expression,
  type LoopStep,
  type MatrixView,
  type PlannedStep,
  type RegionPlan,
  type ScalarOp,
  type WindowCheck,
  windowChecks,
} from "./steps.js";
import { broadcast, isContiguous, reshaped, sliced, transposed, type View } from "./view.js";

export interface PlanOptions {
  /** Ops in one fused expression; longer ones are cut (default 48). */
  readonly longestExpression?: number | undefined;
  /** Operands that one fused expression may read (default: no limit). */
  readonly mostLeaves?: number | undefined;
  /** Whether products of a dtype take a factor and something to add to: `DotStep.accumulation` (default: no). */
  readonly accumulates?: ((dtype: DType) => boolean) | undefined;
  /** Results that one loop may write (default 1). */
  readonly mostResults?: number | undefined;
}

/**
 * Plans a region.
 * @param inputs strides of the operands of a run, in elements
 */
export function planRegion(
  region: Region,
  inputs: readonly (readonly number[])[],
  options: PlanOptions = {},
): RegionPlan {
  return new Planner(region, inputs, options).plan();
}

const elementwise = new Set<LoweredName>([...unaryNames, ...binaryNames, "where", "cast"]);
const reductions = new Set<LoweredName>([...reductionNames, ...argReductionNames]);

interface Inlined {
  readonly node: PrimitiveNode;
  readonly length: number;
  readonly leaves: number;
}

type ReductionNode = Extract<PrimitiveNode, { op: ReductionName | ArgReductionName }>;

class Planner {
  readonly #region: Region;
  readonly #options: PlanOptions;
  readonly #slots: Slot[] = [];
  readonly #views = new Map<number, View>();
  /** Elementwise nodes that are computed inside the loop of their only user. */
  readonly #inlined = new Map<number, Inlined>();
  readonly #users = new Map<number, PrimitiveNode[]>();
  readonly #makers = new Map<number, PrimitiveNode>();
  /** Places of what the run returns. */
  readonly #returns: ReadonlyMap<number, number>;
  readonly #checks: WindowCheck[] = [];
  readonly #steps: PlannedStep[] = [];
  /** Products that are planned where the sum behind them is, by that sum; and the nodes in between. */
  readonly #folded = new Map<PrimitiveNode, FoldedProduct>();
  readonly #postponed = new Set<PrimitiveNode>();
  /** The node that is being planned: copies are made for it. */
  #current: readonly PrimitiveNode[] = [];

  constructor(region: Region, inputs: readonly (readonly number[])[], options: PlanOptions) {
    this.#region = region;
    this.#options = options;
    this.#returns = new Map(region.outputs.map((id, place) => [id, place]));
    region.inputs.forEach((id, place) => {
      const { dtype, shape } = this.#value(id);
      this.#views.set(id, {
        slot: this.#slot({ kind: "input", place }),
        dtype,
        shape,
        strides: inputs[place] as number[],
        offset: 0,
        terms: [],
      });
    });
    for (const [id, value] of region.constants) {
      const { dtype, shape, strides } = value;
      this.#views.set(id, {
        slot: this.#slot({ kind: "constant", value }),
        dtype,
        shape,
        strides,
        offset: 0,
        terms: [],
      });
    }
    for (const node of region.nodes as readonly PrimitiveNode[]) {
      this.#makers.set(node.output, node);
      for (const input of node.inputs) {
        const users = this.#users.get(input);
        if (users === undefined) this.#users.set(input, [node]);
        else users.push(node);
      }
    }
  }

  plan(): RegionPlan {
    for (const node of this.#region.nodes as readonly PrimitiveNode[]) this.#lower(node);
    this.#region.outputs.forEach((id) => this.#returned(id));
    const { mostResults = 1, longestExpression = 48 } = this.#options;
    const steps =
      mostResults === 1
        ? this.#steps
        : joinSiblings(this.#slots, this.#steps, { mostResults, mostOps: 2 * longestExpression });
    return { slots: this.#slots, checks: this.#checks, steps };
  }

  #value(id: number): RegionValue {
    return this.#region.values[id] as RegionValue;
  }

  #slot(slot: Slot): number {
    return this.#slots.push(slot) - 1;
  }

  /** A fresh row-major home for a value: what the run returns, or an intermediate. */
  #home(id: number): View {
    const { dtype, shape } = this.#value(id);
    const place = this.#returns.get(id);
    const slot: Slot =
      place === undefined
        ? { kind: "temporary", dtype, size: sizeOf(shape) }
        : { kind: "output", place, dtype, shape };
    const view: View = {
      slot: this.#slot(slot),
      dtype,
      shape,
      strides: rowMajorStrides(shape),
      offset: 0,
      terms: [],
    };
    this.#views.set(id, view);
    return view;
  }

  #loop(
    work: Omit<LoopStep, "kind" | "reduction" | "nodes" | "also"> &
      Partial<Pick<LoopStep, "reduction" | "nodes">>,
  ): void {
    this.#steps.push({ kind: "loop", reduction: undefined, nodes: this.#current, also: [], ...work });
  }

  /** Copies a view to row-major memory. */
  #copy(from: View, out: View): void {
    this.#loop({
      shape: from.shape,
      expression: { kind: "leaf", index: 0, dtype: from.dtype },
      leaves: [from],
      out,
    });
  }

  /** Row-major memory with the elements of a view. */
  #contiguous(view: View): View {
    if (isContiguous(view)) return view;
    const { dtype, shape } = view;
    const slot = this.#slot({ kind: "temporary", dtype, size: sizeOf(shape) });
    const copy: View = { slot, dtype, shape, strides: rowMajorStrides(shape), offset: 0, terms: [] };
    this.#copy(view, copy);
    return copy;
  }

  /** The memory of a value; one that was to be inlined is computed now. */
  #view(id: number): View {
    const known = this.#views.get(id);
    if (known !== undefined) return known;
    const inlined = this.#inlined.get(id);
    if (inlined === undefined) throw new TypeError(`value ${id} is used before it is computed`);
    this.#inlined.delete(id);
    return this.#materialize(id, inlined.node);
  }

  #materialize(id: number, node: PrimitiveNode): View {
    const leaves: View[] = [];
    const nodes: PrimitiveNode[] = [];
    const expression = this.#expression(node, leaves, nodes);
    const out = this.#home(id);
    this.#loop({ nodes, shape: out.shape, expression, leaves, out });
    return out;
  }

  /** The expression of an elementwise node; memory that it reads is added to `leaves`, what it computes to `nodes`. */
  #expression(node: PrimitiveNode, leaves: View[], nodes: PrimitiveNode[]): Expression {
    const args = node.inputs.map((id) => this.#operand(id, leaves, nodes));
    nodes.push(node);
    const from = this.#value(node.inputs.at(-1) as number).dtype;
    return { kind: "op", op: node.op as ScalarOp, from, dtype: this.#value(node.output).dtype, args };
  }

  #operand(id: number, leaves: View[], nodes: PrimitiveNode[]): Expression {
    const inlined = this.#inlined.get(id);
    if (inlined !== undefined) {
      this.#inlined.delete(id);
      return this.#expression(inlined.node, leaves, nodes);
    }
    const view = this.#view(id);
    const known = leaves.indexOf(view);
    const index = known === -1 ? leaves.push(view) - 1 : known;
    return { kind: "leaf", index, dtype: view.dtype };
  }

  /** How large the expression of a node would become. */
  #extent(node: PrimitiveNode): { length: number; leaves: number } {
    const parts = node.inputs.map((id) => this.#inlined.get(id) ?? { length: 1, leaves: 1 });
    return parts.reduce(
      (sum, part) => ({ length: sum.length + part.length, leaves: sum.leaves + part.leaves }),
      { length: 1, leaves: 0 },
    );
  }

  /** Whether a value is only needed inside one loop over as many elements. */
  #fuses(node: PrimitiveNode, { length, leaves }: { length: number; leaves: number }): boolean {
    const users = this.#users.get(node.output) ?? [];
    const user = users[0];
    if (user === undefined || users.length !== 1 || this.#returns.has(node.output)) return false;
    const { longestExpression = 48, mostLeaves = Number.POSITIVE_INFINITY } = this.#options;
    if (length > longestExpression || leaves >= mostLeaves) return false;
    if (reductions.has(user.op)) return true;
    return (
      elementwise.has(user.op) &&
      sizeOf(this.#value(user.output).shape) === sizeOf(this.#value(node.output).shape)
    );
  }

  #lower(node: PrimitiveNode): void {
    if (node.op === "dot" && this.#options.accumulates?.(this.#value(node.output).dtype) === true)
      this.#fold(node);
    const folded = this.#folded.get(node);
    if (folded !== undefined) this.#accumulate(folded);
    else if (!this.#postponed.has(node)) this.#lowerNode(node);
  }

  /** Postpones a product to the sum behind it, where there is one. */
  #fold(dot: FoldedProduct["dot"]): void {
    const folded = foldProduct(this.#region, dot, this.#users);
    const sum = folded?.chain.at(-1);
    if (folded === undefined || sum === undefined || this.#folded.has(sum)) return;
    this.#folded.set(sum, folded);
    for (const node of [dot, ...folded.chain]) this.#postponed.add(node);
  }

  #accumulate({ dot, chain, times, factors, addend }: FoldedProduct): void {
    const nodes = [dot, ...chain];
    if (this.#inlined.has(addend) || !isContiguous(this.#view(addend))) {
      for (const node of nodes) this.#lowerNode(node);
      return;
    }
    this.#current = nodes;
    let scale: number = times;
    const read: View[] = [];
    for (const id of factors) {
      const constant = this.#region.constants.get(id);
      if (constant === undefined) read.push(this.#view(id));
      else scale *= constant.item();
    }
    const { left, right } = this.#sides(dot);
    const out = this.#home((chain.at(-1) as PrimitiveNode).output);
    const accumulation = { times: scale, factors: read, addend: this.#view(addend) };
    this.#steps.push({ kind: "dot", nodes, left, right, out, accumulation });
  }

  /** Operands of a product; copied where they cannot be read by strides. */
  #sides({ inputs, params }: FoldedProduct["dot"]): {
    readonly left: MatrixView;
    readonly right: MatrixView;
  } {
    const contiguous = (view: View): View => this.#contiguous(view);
    const [left, right] = inputs.map((id, side) =>
      matrixView(this.#view(id), params, side as 0 | 1, contiguous),
    ) as [MatrixView, MatrixView];
    return { left, right };
  }

  #lowerNode(node: PrimitiveNode): void {
    const { op } = node;
    this.#current = [node];
    if (!this.#users.has(node.output) && !this.#returns.has(node.output)) return;
    if (node.op === "argsort" && this.#sortBehind(node) !== undefined) return;
    if (this.#sort(node)) return;
    if (elementwise.has(op)) {
      const extent = this.#extent(node);
      if (this.#fuses(node, extent)) this.#inlined.set(node.output, { node, ...extent });
      else this.#materialize(node.output, node);
      return;
    }
    if (reductions.has(op)) {
      this.#reduce(node as ReductionNode);
      return;
    }
    const alias = this.#alias(node);
    if (alias !== undefined) {
      this.#views.set(node.output, alias);
      return;
    }
    this.#move(node);
  }

  /** The node behind an argsort that sorts by it, where nobody else needs the order. */
  #sortBehind(order: ArgsortNode): PrimitiveNode | undefined {
    if (this.#returns.has(order.output)) return undefined;
    return sortBehind(order, this.#users.get(order.output) ?? []);
  }

  /** Plans a sort; false: the node is none. */
  #sort(node: PrimitiveNode): boolean {
    const order = node.op === "takeAlongAxis" ? this.#makers.get(node.inputs[1] as number) : undefined;
    if (order?.op !== "argsort" || this.#sortBehind(order) !== node) return false;
    const operand = this.#view(order.inputs[0] as number);
    const out = this.#home(node.output);
    this.#steps.push({ kind: "lines", nodes: [order, node], op: "sort", ...order.params, operand, out });
    return true;
  }

  #reduce(node: ReductionNode): void {
    const [id] = node.inputs as readonly [number];
    const leaves: View[] = [];
    const nodes: PrimitiveNode[] = [];
    const expression = this.#operand(id, leaves, nodes);
    const axes = "axes" in node.params ? node.params.axes : [node.params.axis];
    const out = this.#home(node.output);
    const reduction = { name: node.op, axes };
    nodes.push(node);
    this.#loop({ nodes, shape: this.#value(id).shape, expression, leaves, out, reduction });
  }

  /** The view that a node is, where it moves nothing. */
  #alias(node: PrimitiveNode): View | undefined {
    const { shape } = this.#value(node.output);
    switch (node.op) {
      case "reshape": {
        const view = this.#view(node.inputs[0] as number);
        return reshaped(view, shape) ?? (reshaped(this.#contiguous(view), shape) as View);
      }
      case "broadcastTo":
        return broadcast(this.#view(node.inputs[0] as number), shape);
      case "transpose":
        return transposed(this.#view(node.inputs[0] as number), node.params.permutation);
      case "slice": {
        const view = this.#view(node.inputs[0] as number);
        const { starts, steps } = node.params;
        this.#checks.push(...windowChecks(node, view.shape, shape, starts, steps));
        return sliced(view, shape, starts, steps);
      }
      default:
        return undefined;
    }
  }

  #move(node: PrimitiveNode): void {
    const inputs = node.inputs.map((id) => this.#view(id));
    const out = this.#home(node.output);
    const nodes = [node];
    switch (node.op) {
      case "dot":
        this.#steps.push({ kind: "dot", nodes, ...this.#sides(node), out });
        return;
      case "iota":
        this.#steps.push({ kind: "iota", nodes, out });
        return;
      case "concatenate": {
        let start = 0;
        for (const input of inputs) {
          const starts = out.shape.map((_, axis) => (axis === node.params.axis ? start : 0));
          this.#copy(
            input,
            sliced(
              out,
              input.shape,
              starts,
              out.shape.map(() => 1),
            ),
          );
          start += input.shape[node.params.axis] as number;
        }
        return;
      }
      case "updateSlice": {
        const [base, value] = inputs as [View, View];
        const { starts, steps, mode } = node.params;
        this.#checks.push(...windowChecks(node, base.shape, value.shape, starts, steps));
        this.#copy(base, out);
        const window = sliced(out, value.shape, starts, steps);
        if (mode === "set") {
          this.#copy(value, window);
          return;
        }
        const { dtype } = out;
        const args = [0, 1].map((index): Expression => ({ kind: "leaf", index, dtype }));
        const expression: Expression = { kind: "op", op: "add", from: dtype, dtype, args };
        this.#loop({ shape: value.shape, expression, leaves: [window, value], out: window });
        return;
      }
      case "take":
      case "takeAlongAxis":
      case "scatter":
      case "scatterAlongAxis": {
        const [first, ...others] = inputs as [View, ...View[]];
        const scatters = node.op.startsWith("scatter");
        // The base of a scatter is copied to the result, from wherever it lies.
        if (scatters) this.#copy(first, out);
        const operands = [
          scatters ? first : this.#contiguous(first),
          ...others.map((view) => this.#contiguous(view)),
        ];
        this.#steps.push({
          kind: "indexing",
          nodes,
          op: node.op,
          params: node.params,
          operands,
          out,
        } as PlannedStep);
        return;
      }
      case "argsort":
      case "cumsum":
      case "cumprod":
      case "cummax":
      case "cummin":
        this.#steps.push({
          kind: "lines",
          nodes,
          op: node.op,
          ...node.params,
          operand: inputs[0] as View,
          out,
        });
        return;
      case "cholesky":
      case "solve":
      case "solveTriangular":
      case "determinant":
      case "randomBits": {
        const operands = inputs.map((view) => this.#contiguous(view));
        this.#steps.push({
          kind: "whole",
          nodes,
          op: node.op,
          params: node.params,
          operands,
          out,
        } as PlannedStep);
        return;
      }
      default:
        throw new TypeError(`${node.op} is planned elsewhere`);
    }
  }

  /** Sees to it that an output of the region lies in memory of its own. */
  #returned(id: number): void {
    this.#current = [this.#makers.get(id) as PrimitiveNode];
    const view = this.#view(id);
    const place = this.#returns.get(id);
    const slot = this.#slots[view.slot];
    if (slot?.kind === "output" && slot.place === place && isContiguous(view)) return;
    this.#copy(view, this.#home(id));
  }
}
