/** One of two branches, chosen at the call: the other one is not computed. */
import { BitaleTypeError } from "../errors.js";
import { type Apply, type Op, Variable } from "../graph/nodes.js";
import { zerosLike } from "../tensor/ops/creation.js";
import { asTensor, cast, commonDType, type Operand, type TensorVariable } from "../tensor/ops/operands.js";
import type { Dim } from "../tensor/shape.js";
import { TensorType } from "../tensor/tensor-type.js";
import { ControlOp } from "./control-op.js";
import { carryBack } from "./inner-gradient.js";
import { capture, type InnerGraph, instantiate, placeholderOf } from "./inner-graph.js";
import { flatten, type Tensors, type VariablesOf } from "./structure.js";

const BRAND = Symbol.for("bitale.if-else");

/** What a branch is: expressions, or a function that makes them. */
export type Branch<T extends Tensors> = T | (() => T);

/**
 * A choice. Operands: (condition, ...what the first branch reads, ...what the second one reads). Both graphs have
 * the same number of outputs, of the same dtypes and ranks.
 */
export class IfElseOp extends ControlOp {
  readonly [BRAND] = true;
  readonly name = "ifElse";
  readonly graphs: readonly [InnerGraph, InnerGraph];

  constructor(whenTrue: InnerGraph, whenFalse: InnerGraph) {
    super();
    this.graphs = [whenTrue, whenFalse];
  }

  /** The operands of a branch among those of the node. */
  operandsOf(branch: 0 | 1, inputs: readonly Variable[]): readonly Variable[] {
    const first = this.graphs[0].inputs.length;
    return branch === 0 ? inputs.slice(1, 1 + first) : inputs.slice(1 + first);
  }

  override infer(inputs: readonly Variable[]): readonly TensorType[] {
    const placeholders = this.graphs.flatMap((graph) => graph.inputs);
    placeholders.forEach((placeholder, i) => {
      const operand = (inputs[1 + i] as Variable).type.plain();
      if (placeholder.type.convertible(operand)) return;
      throw new BitaleTypeError("BAD_OPERAND", {
        subject: "ifElse",
        problem: "an operand does not fit the branch",
        expected: placeholder.type.toString(),
        got: operand.toString(),
      });
    });
    return this.graphs[0].outputs.map((output, i) => {
      const [a, b] = [output.type, this.graphs[1].outputs[i]?.type] as [TensorType, TensorType];
      return new TensorType(
        a.dtype,
        a.shape.map((dim, axis): Dim => (dim === b.shape[axis] ? dim : null)),
      );
    });
  }

  override gradient(apply: Apply, arrived: readonly (Variable | undefined)[]) {
    const [condition] = apply.inputs as [Variable];
    const places = arrived.flatMap((g, i) => (g === undefined ? [] : [i]));
    const seeds = places.map((i) =>
      cast(arrived[i] as Variable, (apply.outputs[i] as TensorVariable).type.dtype),
    );
    const branches = ([0, 1] as const).map((which) => {
      const graph = this.graphs[which];
      const outputs = places.map((i) => graph.outputs[i] as Variable);
      const cotangents = outputs.map(placeholderOf);
      const partials = carryBack(outputs, cotangents, graph.inputs);
      return { graph, cotangents, partials, operands: this.operandsOf(which, apply.inputs) };
    });
    const gradients = branches.map(({ graph, cotangents, partials, operands }, which) => {
      const reached = partials.flatMap((partial, i) => (partial === undefined ? [] : [i]));
      const taken = (): Variable[] =>
        instantiate(
          { inputs: [...graph.inputs, ...cotangents], outputs: reached.map((i) => partials[i] as Variable) },
          [...operands, ...seeds],
        );
      const untouched = (): Variable[] =>
        reached.map((i) => zerosLike(operands[i] as Variable, (partials[i] as TensorVariable).type.dtype));
      const result = new Array<Variable | undefined>(operands.length);
      if (reached.length === 0) return result;
      const chosen = choose(condition, which === 0 ? taken : untouched, which === 0 ? untouched : taken);
      reached.forEach((place, i) => {
        result[place] = chosen[i];
      });
      return result;
    });
    return [
      undefined,
      ...(gradients[0] as (Variable | undefined)[]),
      ...(gradients[1] as (Variable | undefined)[]),
    ];
  }
}

/** Whether an op is a choice (of any copy of core). */
export const isIfElseOp = (op: Op | undefined): op is IfElseOp => op !== undefined && BRAND in op;

/**
 * One of two branches, decided by `condition` at each call. Only the chosen one is computed: what a branch function
 * makes, and what nothing but that branch uses. Differentiable with respect to what the branches read; the
 * gradient of the branch that was not chosen is zero.
 * @param condition 0-d; true where it is not 0
 * @param whenTrue a tensor, or a list or record of tensors, or a function that returns one
 * @param whenFalse the same structure, with tensors of the same ranks; dtypes are promoted
 * @throws BitaleTypeError BAD_OPERAND (the condition is no scalar, the branches differ in structure or rank)
 *
 * @example
 * ```ts
 * import { compile, gt, ifElse, scalar, sqrt } from "@bitale/core";
 * const x = scalar("x");
 * const root = ifElse(gt(x, 0), () => sqrt(x), () => x.mul(0));
 * const f = compile([x], root);
 * f(9).item(); // 3
 * f(-9).item(); // -0
 * ```
 */
export function ifElse<const T extends Tensors>(
  condition: Operand,
  whenTrue: Branch<T>,
  whenFalse: Branch<NoInfer<T> | Tensors>,
): VariablesOf<T> {
  const decision = asTensor(condition);
  if (decision.type.ndim !== 0) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "ifElse",
      problem: "the condition must be a scalar",
      got: decision.type.toString(),
      cure: "reduce it with all() or any(), or choose element by element with where()",
    });
  }
  let build: (leaves: readonly unknown[]) => unknown = () => undefined;
  let form: string | undefined;
  const leavesOf = (branch: Branch<Tensors>) => (): TensorVariable[] => {
    const flat = flatten(typeof branch === "function" ? branch() : branch, "ifElse");
    if (form !== undefined && form !== flat.form) {
      throw new BitaleTypeError("BAD_OPERAND", {
        subject: "ifElse",
        problem: "the branches differ in structure",
        expected: form,
        got: flat.form,
      });
    }
    form = flat.form;
    build = flat.build;
    return flat.leaves.map(asTensor);
  };
  const chosen = choose(
    cast(decision, "bool"),
    leavesOf(whenTrue as Branch<Tensors>),
    leavesOf(whenFalse as Branch<Tensors>),
  );
  return build(chosen) as VariablesOf<T>;
}

/** Applies the op to what two functions make; what they find made already is read, not computed, in a branch. */
function choose(
  condition: Variable,
  whenTrue: () => readonly Variable[],
  whenFalse: () => readonly Variable[],
): readonly Variable[] {
  const start = new Variable(condition.type).id;
  const branches = unified(whenTrue(), whenFalse());
  const isInside = (variable: Variable): boolean => (variable.owner?.id ?? -1) > start;
  const [first, second] = branches.map((outputs) => capture(outputs, [], isInside)) as [
    ReturnType<typeof capture>,
    ReturnType<typeof capture>,
  ];
  return new IfElseOp(first.graph, second.graph).apply([condition, ...first.outer, ...second.outer]).outputs;
}

/** The outputs of both branches in common dtypes. */
function unified(
  whenTrue: readonly Variable[],
  whenFalse: readonly Variable[],
): readonly [readonly Variable[], readonly Variable[]] {
  const pairs = whenTrue.map((value, i) => {
    const [a, b] = [value, whenFalse[i]] as [TensorVariable, TensorVariable];
    if (a.type.ndim !== b.type.ndim) {
      throw new BitaleTypeError("BAD_OPERAND", {
        subject: `ifElse output ${i}`,
        problem: "the branches differ in rank",
        got: `${a.type} and ${b.type}`,
      });
    }
    const dtype = commonDType([a, b]);
    return [cast(a, dtype), cast(b, dtype)] as const;
  });
  return [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
}
