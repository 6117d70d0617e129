/**
 * The first half of step 6: a stage with concrete shapes. Infers the shape of every value, folds what depends on
 * lengths alone, and lowers each region to what its executor compiles.
 */
import { isControlOp } from "../control/control-op.js";
import { type Apply, isConstant, type Variable } from "../graph/nodes.js";
import type { Region, RegionNode, RegionValue } from "../plugin/region.js";
import type { DType } from "../tensor/dtype.js";
import { evaluatePrimitive } from "../tensor/evaluate.js";
import { lower } from "../tensor/lower.js";
import { type NDArray, scalarNDArray } from "../tensor/ndarray.js";
import { fillDims, inferFacts, isPrimitive, type PrimitiveOp } from "../tensor/primitive-op.js";
import type { Dim } from "../tensor/shape.js";
import { TensorType } from "../tensor/tensor-type.js";
import type { HostNumbers } from "./host-numbers.js";
import { atNode } from "./locate.js";
import type { RegionPlan, Stage } from "./partition.js";
import { dataOperands } from "./place.js";

/** Concrete lengths of variables. */
export type Shapes = Map<Variable, readonly number[]>;

/** Where a result of a region comes from: its place in what `run` returns, an operand itself, or a constant. */
export type RegionResult =
  | { readonly from: "run"; readonly position: number }
  | { readonly from: "input"; readonly position: number }
  | { readonly from: "constant"; readonly value: NDArray };

export interface LoweredRegion {
  readonly region: Region;
  /** One for each output of the plan. */
  readonly results: readonly RegionResult[];
  /** What to compute at each call for the scalars of `run`. */
  readonly scalars: readonly Variable[];
}

/** Known numbers of one signature: shapes, and folded values. */
export class Facts {
  readonly shapes: Shapes;
  readonly #numbers: HostNumbers;
  readonly #called: ReadonlyMap<Variable, number>;
  readonly #folded = new Map<Variable, NDArray>();
  /** The function that is called, for errors. */
  readonly functionName: string | undefined;

  /** @param called values of the numbers that decide lengths in this signature */
  constructor(
    shapes: Shapes,
    numbers: HostNumbers,
    called: ReadonlyMap<Variable, number>,
    functionName?: string,
  ) {
    this.functionName = functionName;
    this.shapes = shapes;
    this.#numbers = numbers;
    this.#called = called;
  }

  shape(variable: Variable): readonly number[] {
    const known = this.shapes.get(variable);
    if (known !== undefined) return known;
    if (isConstant(variable)) return (variable.value as NDArray).shape;
    if (this.#numbers.fixed.has(variable)) return this.folded(variable).shape;
    if (this.#numbers.called.has(variable)) return [];
    throw new TypeError(`the shape of ${variable} is not known yet`);
  }

  /** As `shape`; undefined where it is not known yet. */
  readonly shapeOf = (variable: Variable): readonly number[] | undefined => {
    const known = this.shapes.get(variable);
    return known ?? (isConstant(variable) ? (variable.value as NDArray).shape : undefined);
  };

  /** The value of a constant or of what depends on lengths alone. */
  folded(variable: Variable): NDArray {
    if (isConstant(variable)) return variable.value as NDArray;
    const stack = [variable];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const node = top.owner as Apply;
      const op = node.op as PrimitiveOp;
      if (isPrimitive(op, "dimension")) {
        this.#folded.set(
          top,
          scalarNDArray(BigInt(this.shape(node.inputs[0] as Variable)[op.params.axis] as number), "int64"),
        );
      }
      const missing = node.inputs.filter((input) => !isConstant(input) && !this.#folded.has(input));
      if (this.#folded.has(top)) stack.pop();
      else if (missing.length > 0) stack.push(...missing);
      else {
        const values = node.inputs.map(
          (input) => (isConstant(input) ? (input.value as NDArray) : this.#folded.get(input)) as NDArray,
        );
        this.#folded.set(
          top,
          atNode(node, this, () => evaluatePrimitive(op, values)),
        );
      }
    }
    return this.#folded.get(variable) as NDArray;
  }

  isFolded(variable: Variable): boolean {
    return isConstant(variable) || this.#numbers.fixed.has(variable);
  }

  /** A length: folded, or decided by this call's numbers. */
  length(variable: Variable): number | undefined {
    return this.isFolded(variable) ? this.folded(variable).item() : this.#called.get(variable);
  }
}

/** Infers the shapes of everything that the stage computes; adds them to `facts.shapes`. */
export function inferShapes(stage: Stage, facts: Facts): void {
  for (const node of inOrder(stage)) inferNode(node, facts);
}

/** Infers the shapes of one node's results. */
export function inferNode(node: Apply, facts: Facts): void {
  const shapes = atNode(node, facts, () => nodeShapes(node, facts));
  shapes.forEach((shape, i) => facts.shapes.set(node.outputs[i] as Variable, shape));
}

/** As `inferNode` before anything has run: lengths that only a run can tell count as 0. */
export function inferLoosely(node: Apply, facts: Facts): void {
  const known =
    isPrimitive(node.op, "nonzero") || isControlOp(node.op)
      ? node.outputs.map(staticShape)
      : nodeShapes(node, facts);
  known.forEach((shape, i) =>
    facts.shapes.set(
      node.outputs[i] as Variable,
      shape.map((dim) => dim ?? 0),
    ),
  );
}
const staticShape = (variable: Variable): readonly Dim[] => (variable.type as TensorType).shape;

/** All nodes of a stage, operands and what lengths depend on first: a node is always younger than its operands. */
export const inOrder = (stage: Stage): Apply[] =>
  stage.regions
    .filter((plan) => !plan.executor.late)
    .flatMap((plan) => plan.nodes)
    .sort((a, b) => a.id - b.id);

function nodeShapes(node: Apply, facts: Facts): readonly (readonly number[])[] {
  const host = node.op.hostOperands(node.inputs);
  if (!isPrimitive(node.op)) {
    const lengths = host.shape.map((position) => facts.length(node.inputs[position] as Variable) as number);
    return node.op.outputShapes(
      node.inputs.map((input, i) =>
        host.shape.includes(i) || host.value.includes(i) ? [] : facts.shape(input),
      ),
      lengths,
    );
  }
  const op = node.op;
  const count = op.dataCount(node.inputs.length);
  const inputs = node.inputs.slice(0, count).map((input) => ({
    dtype: (input.type as TensorType).dtype,
    shape: facts.shape(input),
  }));
  const dims = node.inputs.slice(count).map((input): Dim => facts.length(input) ?? null);
  return [inferFacts(op, inputs, dims).shape as readonly number[]];
}

/** Lowers one region. Shapes of all its values must be known. */
export function lowerRegion(plan: RegionPlan, facts: Facts): LoweredRegion {
  const values: RegionValue[] = [];
  const constants = new Map<number, NDArray>();
  const nodes: RegionNode[] = [];
  const scalars = new Map<Variable, number>();
  const ids = new Map<Variable, number>();
  const add = (type: TensorType, dtype: DType, shape: readonly number[]): number => {
    values.push({ id: values.length, type, dtype, shape });
    return values.length - 1;
  };
  const scalarPlace = (variable: Variable): number => placeIn(scalars, variable);
  const idOf = (variable: Variable): number => {
    const known = ids.get(variable);
    if (known !== undefined) return known;
    const value = facts.folded(variable);
    const id = add(variable.type as TensorType, value.dtype, value.shape);
    constants.set(id, value);
    ids.set(variable, id);
    return id;
  };
  const plainType = (variable: Variable): TensorType => variable.type.plain() as TensorType;
  const inputs = plan.inputs.map((variable) => {
    const id = add(plainType(variable), plainType(variable).dtype, facts.shape(variable));
    ids.set(variable, id);
    return id;
  });
  const lowerPrimitive = (node: Apply, op: PrimitiveOp): void => {
    const count = op.dataCount(node.inputs.length);
    const operands = node.inputs.slice(0, count);
    const dims = node.inputs
      .slice(count)
      .map((input) => facts.length(input) ?? { scalar: scalarPlace(input) });
    const lists = fillDims(op, dims as unknown as Dim[]);
    const result = node.output.type as TensorType;
    const from = operands[0] === undefined ? [] : facts.shape(operands[0]);
    const lowering = lower(op.name, op.params, lists, from, facts.shape(node.output));
    let operandIds = operands.map(idOf);
    if (lowering.kind === "steps") {
      for (const step of lowering.steps) {
        const output = add(new TensorType(result.dtype, step.shape), result.dtype, step.shape);
        nodes.push({
          op: step.op,
          params: step.params,
          inputs: operandIds,
          output,
          origin: node,
        } as RegionNode);
        operandIds = [output];
      }
    }
    ids.set(node.output, operandIds[0] as number);
  };
  for (const node of plan.nodes) {
    if (isPrimitive(node.op)) {
      lowerPrimitive(node, node.op);
      continue;
    }
    const host = node.op.hostOperands(node.inputs);
    const positions = [...host.shape, ...host.value].sort((a, b) => a - b);
    const outputs = node.outputs.map((output) => {
      const type = output.type as TensorType;
      const id = add(type, type.dtype, facts.shape(output));
      ids.set(output, id);
      return id;
    });
    nodes.push({
      op: "custom",
      custom: node.op,
      inputs: dataOperands(node).map(idOf),
      scalars: positions.map((position) => scalarPlace(node.inputs[position] as Variable)),
      outputs,
      origin: node,
    });
  }
  const inputPlaces = new Map(inputs.map((id, position) => [id, position]));
  const outputs = new Map<number, number>();
  const results = plan.outputs.map((variable): RegionResult => {
    const id = idOf(variable);
    const constant = constants.get(id);
    if (constant !== undefined) return { from: "constant", value: constant };
    const input = inputPlaces.get(id);
    return input === undefined
      ? { from: "run", position: placeIn(outputs, id) }
      : { from: "input", position: input };
  });
  const region: Region = {
    values,
    inputs,
    constants,
    nodes,
    outputs: [...outputs.keys()],
    scalarCount: scalars.size,
  };
  return { region, results, scalars: [...scalars.keys()] };
}

/** The place of a key in order of first use. */
function placeIn<K>(places: Map<K, number>, key: K): number {
  const known = places.get(key);
  if (known !== undefined) return known;
  places.set(key, places.size);
  return places.size - 1;
}
