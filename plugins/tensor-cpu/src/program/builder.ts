/** Turns a region into steps for given strides of its inputs: views where nothing moves, fused loops, products, moves. */
import {
  type ArgReductionName,
  argReductionNames,
  binaryNames,
  type LoweredName,
  type PrimitiveNode,
  type ReductionName,
  type Region,
  type RegionValue,
  reductionNames,
  rowMajorStrides,
  sizeOf,
  unaryNames,
} from "@bitale/core";
import type { Expression, ScalarOp } from "../kernels/expression.js";
import { type LoopWork, loopStep } from "../kernels/loop-step.js";
import { dotStep } from "./dot-step.js";
import type { Step } from "./frame.js";
import { indexingStep, iotaStep, windowCheck } from "./move-steps.js";
import type { Slot } from "./slots.js";
import { broadcast, isContiguous, reshaped, sliced, transposed, type View } from "./view.js";

/** What a region becomes. */
export interface Program {
  readonly slots: readonly Slot[];
  /** Checks of numbers of the call, before anything is computed. */
  readonly checks: readonly Step[];
  readonly steps: readonly { readonly run: Step; readonly slots: readonly number[] }[];
}

const elementwise = new Set<LoweredName>([...unaryNames, ...binaryNames, "where", "cast"]);
const reductions = new Set<LoweredName>([...reductionNames, ...argReductionNames]);
/** Longer expressions are cut: their text would grow without gain. */
const longestExpression = 48;

type ReductionNode = Extract<PrimitiveNode, { op: ReductionName | ArgReductionName }>;

export class ProgramBuilder {
  readonly #region: Region;
  readonly #codegen: boolean;
  readonly #slots: Slot[] = [];
  readonly #views = new Map<number, View>();
  /** Elementwise nodes that are computed inside the loop of their only user. */
  readonly #inlined = new Map<number, { readonly node: PrimitiveNode; readonly length: number }>();
  readonly #users = new Map<number, PrimitiveNode[]>();
  readonly #checks: Step[] = [];
  readonly #steps: { run: Step; slots: number[] }[] = [];

  /** @param inputs strides of the operands of a run, in elements */
  constructor(region: Region, inputs: readonly (readonly number[])[], codegen: boolean) {
    this.#region = region;
    this.#codegen = codegen;
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
      for (const input of node.inputs) {
        const users = this.#users.get(input);
        if (users === undefined) this.#users.set(input, [node]);
        else users.push(node);
      }
    }
  }

  build(): Program {
    for (const node of this.#region.nodes as readonly PrimitiveNode[]) this.#lower(node);
    this.#region.outputs.forEach((id) => this.#returned(id));
    return { slots: this.#slots, checks: this.#checks, steps: this.#steps };
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
    const place = this.#region.outputs.indexOf(id);
    const slot: Slot =
      place === -1
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

  #emit(run: Step | undefined, ...views: readonly View[]): void {
    if (run !== undefined) this.#steps.push({ run, slots: views.map((view) => view.slot) });
  }

  #loop(work: LoopWork): void {
    this.#emit(loopStep(work, this.#codegen), work.out, ...work.leaves);
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
    const expression = this.#expression(node, leaves);
    const out = this.#home(id);
    this.#loop({ shape: out.shape, expression, leaves, out });
    return out;
  }

  /** The expression of an elementwise node; memory that it reads is added to `leaves`. */
  #expression(node: PrimitiveNode, leaves: View[]): Expression {
    const args = node.inputs.map((id) => this.#operand(id, leaves));
    const from = this.#value(node.inputs.at(-1) as number).dtype;
    return { kind: "op", op: node.op as ScalarOp, from, dtype: this.#value(node.output).dtype, args };
  }

  #operand(id: number, leaves: View[]): Expression {
    const inlined = this.#inlined.get(id);
    if (inlined !== undefined) {
      this.#inlined.delete(id);
      return this.#expression(inlined.node, leaves);
    }
    const view = this.#view(id);
    const known = leaves.indexOf(view);
    const index = known === -1 ? leaves.push(view) - 1 : known;
    return { kind: "leaf", index, dtype: view.dtype };
  }

  /** Length of the expression that a node would become. */
  #length(node: PrimitiveNode): number {
    return node.inputs.reduce((n, id) => n + (this.#inlined.get(id)?.length ?? 1), 1);
  }

  /** Whether a value is only needed inside one loop over as many elements. */
  #fuses(node: PrimitiveNode, length: number): boolean {
    const users = this.#users.get(node.output) ?? [];
    const user = users[0];
    if (user === undefined || users.length !== 1 || this.#region.outputs.includes(node.output)) return false;
    if (length > longestExpression) return false;
    if (reductions.has(user.op)) return true;
    return (
      elementwise.has(user.op) &&
      sizeOf(this.#value(user.output).shape) === sizeOf(this.#value(node.output).shape)
    );
  }

  #lower(node: PrimitiveNode): void {
    const { op } = node;
    if (!this.#users.has(node.output) && !this.#region.outputs.includes(node.output)) return;
    if (elementwise.has(op)) {
      const length = this.#length(node);
      if (this.#fuses(node, length)) this.#inlined.set(node.output, { node, length });
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

  #reduce(node: ReductionNode): void {
    const [id] = node.inputs as readonly [number];
    const leaves: View[] = [];
    const expression = this.#operand(id, leaves);
    const axes = "axes" in node.params ? node.params.axes : [node.params.axis];
    const out = this.#home(node.output);
    this.#loop({ shape: this.#value(id).shape, expression, leaves, out, reduction: { name: node.op, axes } });
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
        this.#checks.push(...windowCheck(view.shape, shape, starts, steps));
        return sliced(view, shape, starts, steps);
      }
      default:
        return undefined;
    }
  }

  #move(node: PrimitiveNode): void {
    const inputs = node.inputs.map((id) => this.#view(id));
    const out = this.#home(node.output);
    switch (node.op) {
      case "dot": {
        const [left, right] = inputs as [View, View];
        const prepared = dotStep(left, right, node.params, out, (view) => this.#contiguous(view));
        this.#emit(prepared.run, out, prepared.left, prepared.right);
        return;
      }
      case "iota":
        this.#emit(iotaStep(out), out);
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
        this.#checks.push(...windowCheck(base.shape, value.shape, starts, steps));
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
      default: {
        const operands = inputs.map((view) => this.#contiguous(view));
        if (node.op === "scatter" || node.op === "scatterAlongAxis") this.#copy(operands[0] as View, out);
        this.#emit(indexingStep(node, operands, out), out, ...operands);
      }
    }
  }

  /** Sees to it that an output of the region lies in memory of its own. */
  #returned(id: number): void {
    const view = this.#view(id);
    const place = this.#region.outputs.indexOf(id);
    const slot = this.#slots[view.slot];
    if (slot?.kind === "output" && slot.place === place && isContiguous(view)) return;
    this.#copy(view, this.#home(id));
  }
}
