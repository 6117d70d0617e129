/** A loop over a leading axis with carried state. */
import { BitaleRangeError, BitaleTypeError } from "../errors.js";
import { isVariable, Variable } from "../graph/nodes.js";
import { isInteger } from "../tensor/dtype.js";
import { asTensor, cast, isWeak, type TensorLike, type TensorVariable } from "../tensor/ops/operands.js";
import { type Length, lengthOf } from "../tensor/ops/shaping.js";
import type { Dim } from "../tensor/shape.js";
import { TensorType } from "../tensor/tensor-type.js";
import { capture, dependents } from "./inner-graph.js";
import { type Scan, scanGradient } from "./scan-gradient.js";
import { type ScanGradient, type ScanLayout, ScanOp } from "./scan-op.js";
import { flatten, type Tensors, type VariablesOf } from "./structure.js";

export interface ScanOptions<C extends Tensors, X extends Tensors> {
  /** The state before the first step. A literal takes the dtype that the step gives it. */
  readonly init: C;
  /** Tensors of rank 1 or more and one leading length: step t sees their elements t. */
  readonly sequences?: X;
  /** Number of steps; by default the leading length of the sequences. An integer or a 0-d integer variable. */
  readonly length?: Length | undefined;
  /** From the last element to the first; outputs keep the places of their elements. */
  readonly reverse?: boolean | undefined;
}

/**
 * A loop over a leading axis with carried state: `[carry, output] = step(carry, element)` for each element in turn.
 * Returns the final carry and the outputs of all steps, stacked on a new leading axis. `step` is called once (or a
 * few times, until the types of the carry settle) to see what it computes; it may read any variable around it.
 * Differentiable, also with respect to what the step reads from around it; what a step does not need of its carry and
 * element is computed once, before the loop.
 *
 * The carry keeps its dtype and rank. A random draw made outside of the step is one draw for all steps.
 * @param step (carry, element of the sequences) -> [new carry, output]; the new carry has the structure of the old one
 * @throws BitaleTypeError BAD_OPERAND, BAD_OPTION (neither sequences nor length), CARRY_TYPE (a step changes structure,
 *   dtype or rank of the carry); at the call BitaleRangeError SHAPE_MISMATCH (lengths of sequences, shapes of outputs)
 *
 * @example
 * ```ts
 * import { compile, scan, vector } from "@bitale/core";
 * const x = vector("x");
 * const [total, sums] = scan((sum, element) => [sum.add(element), sum.add(element)], { init: 0, sequences: x });
 * const f = compile([x], [total, sums]);
 * const [last, running] = f([1, 2, 3]);
 * last.item(); // 6
 * running.toArray(); // [1, 3, 6]
 * ```
 */
export function scan<
  const C extends Tensors,
  const X extends Tensors = undefined,
  Y extends Tensors = undefined,
>(
  step: (carry: VariablesOf<C>, element: VariablesOf<X>) => readonly [Tensors, Y],
  options: ScanOptions<C, X>,
): [VariablesOf<C>, VariablesOf<Y>] {
  const init = flatten(options.init, "scan init");
  const sequences = flatten(options.sequences, "scan sequences");
  const series = sequences.leaves.map(asSequence);
  const length = lengthVariable(options.length, series);
  const inits = init.leaves.map(asTensor);
  let types = inits.map(({ type }) => new TensorType(type.dtype, type.shape));
  const elements = series.map(
    ({ type, name }, i) =>
      new Variable(
        new TensorType(type.dtype, type.shape.slice(1)),
        name === undefined ? numbered("element", i, series.length) : `${name}[t]`,
      ),
  );
  for (;;) {
    const carries = types.map((type, i) => new Variable(type, numbered("carry", i, types.length)));
    const results: unknown = step(
      init.build(carries) as VariablesOf<C>,
      sequences.build(elements) as VariablesOf<X>,
    );
    if (!Array.isArray(results) || results.length !== 2) {
      throw new BitaleTypeError("BAD_OPERAND", {
        subject: "scan",
        problem: "the step must return a pair [carry, output]",
        cure: "return [carry, undefined] where a step has no output",
      });
    }
    const next = flatten(results[0], "scan carry");
    if (next.form !== init.form) {
      throw new BitaleTypeError("CARRY_TYPE", {
        subject: "scan",
        problem: "the step returns a carry of another structure",
        expected: init.form,
        got: next.form,
      });
    }
    const news = next.leaves.map((leaf, i) => fitting(asTensor(leaf), types[i] as TensorType));
    const settled = news.map((value, i) =>
      common(types[i] as TensorType, value.type as TensorType, isWeak(inits[i] as TensorVariable), i),
    );
    if (!settled.every((type, i) => type.equals(types[i] as TensorType))) {
      types = settled;
      continue;
    }
    const output = flatten(results[1], "scan output");
    const computed = [...news, ...output.leaves.map(asTensor)];
    const own = [...carries, ...elements];
    const inside = dependents(computed, own);
    const { graph, outer } = capture(computed, own, (variable) => inside.has(variable));
    const layout: ScanLayout = {
      carries: carries.length,
      sequences: series.length,
      outputs: output.leaves.length,
      reverse: options.reverse ?? false,
    };
    const first = inits.map((value, i) => cast(value, (types[i] as TensorType).dtype));
    const { outputs } = new ScanOp(graph, layout, gradient).apply([length, ...first, ...series, ...outer]);
    return [
      init.build(outputs.slice(0, layout.carries)) as VariablesOf<C>,
      output.build(outputs.slice(layout.carries, layout.carries + layout.outputs)) as VariablesOf<Y>,
    ];
  }
}

const gradient: ScanGradient = (op, apply, arrived) =>
  scanGradient(op, apply, arrived, scan as unknown as Scan);

const fitting = (value: TensorVariable, { dtype }: TensorType): TensorVariable =>
  isWeak(value) ? cast(value, dtype) : value;

/** The type of a carry before and after a step: lengths that differ are not fixed, a literal follows the step. */
function common(before: TensorType, after: TensorType, weak: boolean, place: number): TensorType {
  if ((before.dtype !== after.dtype && !weak) || before.ndim !== after.ndim) {
    throw new BitaleTypeError("CARRY_TYPE", {
      subject: `scan carry ${place}`,
      problem: "a step changes its dtype or rank",
      expected: before.toString(),
      got: after.toString(),
      cure: "cast or reshape the initial value or the new one",
    });
  }
  const shape = before.shape.map((dim, axis): Dim => (dim === after.shape[axis] ? dim : null));
  return new TensorType(after.dtype, shape);
}

function asSequence(leaf: TensorVariable | TensorLike): TensorVariable {
  const sequence = asTensor(leaf);
  if (sequence.type.ndim > 0) return sequence;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: "scan",
    problem: "a sequence needs a leading axis",
    got: sequence.type.toString(),
    cure: "read it inside the step as it is",
  });
}

function lengthVariable(given: Length | undefined, series: readonly TensorVariable[]): Variable {
  const length = given ?? (series[0] === undefined ? undefined : lengthOf(series[0], 0));
  if (length === undefined) {
    throw new BitaleTypeError("BAD_OPTION", {
      subject: "scan",
      problem: "the number of steps is not known",
      cure: "pass sequences or length",
    });
  }
  if (!isVariable(length)) {
    if (Number.isInteger(length) && length >= 0) return cast(BigInt(length), "int64");
    throw new BitaleRangeError("BAD_OPTION", {
      subject: "scan length",
      problem: `a length must be an integer of at least 0, got ${length}`,
    });
  }
  const steps = asTensor(length);
  if (isInteger(steps.type.dtype) && steps.type.ndim === 0) return cast(steps, "int64");
  throw new BitaleTypeError("BAD_OPTION", {
    subject: "scan length",
    problem: "a length must be a 0-d integer",
    got: steps.type.toString(),
  });
}

/** How prints call a variable of the step that has no other name. */
const numbered = (what: string, i: number, count: number): string => (count === 1 ? what : `${what} ${i}`);
