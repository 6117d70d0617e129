/** Loops and branches: their inner graphs are linked like functions of their own, and run step by step. */
import { type IfElseOp, isIfElseOp } from "../control/if-else.js";
import { instantiate } from "../control/inner-graph.js";
import { isScanOp, type ScanOp } from "../control/scan-op.js";
import { BitaleRangeError } from "../errors.js";
import { type Apply, Variable } from "../graph/nodes.js";
import type { Type } from "../graph/type.js";
import { Container } from "../shared/container.js";
import { isInteger } from "../tensor/dtype.js";
import { type NDArray, scalarNDArray } from "../tensor/ndarray.js";
import { index } from "../tensor/ops/indexing.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { shapeText } from "../tensor/shape.js";
import { isTensorType, TensorType } from "../tensor/tensor-type.js";
import { CallNumbers } from "./call-numbers.js";
import type { Executor } from "./executor.js";
import type { FunctionGraph } from "./graph.js";
import type { InputPlan } from "./interface.js";
import type { ControlCall, Linked, LinkedControl, LinkInner } from "./linked.js";
import type { RegionPlan } from "./partition.js";
import { Facts, inferLoosely } from "./specialize.js";
import { type Stack, stacking } from "./stack.js";

/** Links the one node of a control region. */
export function linkControl(plan: RegionPlan, link: LinkInner): LinkedControl {
  const node = plan.nodes[0] as Apply;
  if (isScanOp(node.op)) return linkScan(node.op, node, plan, link);
  if (isIfElseOp(node.op)) return linkIfElse(node.op, plan, link);
  throw new TypeError(`${node.op} is no loop and no branch`);
}

/**
 * A value as the executor of a control node holds it. Integer scalars stay on the host: they may be lengths.
 */
export function typeAt(executor: Executor, variable: Variable): Type {
  const plain = variable.type.plain();
  const isLength = isTensorType(plain) && plain.ndim === 0 && isInteger(plain.dtype);
  return isLength ? plain : executor.typeFor(plain);
}

/** A graph whose results are new values of fresh storage, of the Types that are asked for. */
function innerFunction(
  name: string,
  inputs: readonly Variable[],
  results: readonly { readonly value: Variable; readonly type: Type }[],
): FunctionGraph {
  const plans = inputs.map(
    (variable): InputPlan => ({
      variable,
      name: variable.name,
      strict: true,
      allowDowncast: undefined,
      implicit: false,
      borrow: false,
      container: undefined,
      update: undefined,
    }),
  );
  const updates = results.map(({ value, type }) => ({
    container: new Container(type),
    target: value,
    value,
  }));
  return { name, inputs: plans, shared: [], outputs: [], outputPlans: [], updates };
}

/** Runs an inner function. The results belong to the caller. */
function* results(
  body: Linked,
  args: readonly unknown[],
  { run, memory, used }: ControlCall,
): Generator<Promise<unknown>, unknown[], unknown> {
  const outcome = yield* run(body, args, memory);
  // The call is still under way: what cannot be given back fails it.
  outcome.discard((message) => {
    throw new TypeError(message);
  });
  for (const executable of outcome.used) if (!used.includes(executable)) used.push(executable);
  return outcome.updates.map(({ internal }) => internal);
}

function linkIfElse(op: IfElseOp, plan: RegionPlan, link: LinkInner): LinkedControl {
  const { executor } = plan;
  const places = plan.outputs.map((output) => output.position);
  const bodies = op.graphs.map((graph, branch) => {
    const inputs = graph.inputs.map((input) => new Variable(typeAt(executor, input), input.name));
    const outputs = instantiate(graph, inputs);
    const wanted = places.map((place) => {
      const value = outputs[place] as Variable;
      return { value, type: typeAt(executor, value) };
    });
    return link(innerFunction(`ifElse ${branch === 0 ? "true" : "false"}`, inputs, wanted));
  }) as [Linked, Linked];
  return {
    bodies,
    *run(call) {
      const branch = call.decision ? 0 : 1;
      // The operands of a call are those of the node without the condition.
      const args = op.operandsOf(branch, [undefined, ...call.operands] as never);
      return yield* results(bodies[branch], args, call);
    },
  };
}

function linkScan(op: ScanOp, node: Apply, plan: RegionPlan, link: LinkInner): LinkedControl {
  const { executor } = plan;
  const { carries, sequences, outputs, reverse } = op.layout;
  const places = plan.outputs.map((output) => output.position);
  const stackedOutputs = places.filter((place) => place >= carries && place < carries + outputs);
  const histories = places.filter((place) => place >= carries + outputs);

  // One inner function of (t, ...carries, ...whole sequences, ...captured): it reads element t itself.
  const t = new Variable(new TensorType("int64", []), "t");
  const operands = node.inputs.slice(1).map((operand, i) => {
    const inner = op.step.inputs[i] as Variable;
    const isSequence = i >= carries && i < carries + sequences;
    const whole = isSequence ? operand : inner;
    return new Variable(typeAt(executor, whole), whole.name);
  });
  const inputs = operands.map((operand, i) =>
    i >= carries && i < carries + sequences ? index(operand as TensorVariable, t) : operand,
  );
  const computed = instantiate(op.step, inputs);
  const wanted = [...Array(carries).keys(), ...stackedOutputs].map((place) => computed[place] as Variable);
  const types = wanted.map((value, i) =>
    i < carries ? typeAt(executor, operands[i] as Variable) : executor.typeFor(value.type.plain()),
  );
  const body = link(
    innerFunction(
      "scan step",
      [t, ...operands],
      wanted.map((value, i) => ({ value, type: types[i] as Type })),
    ),
  );
  const stackOf = stacking(executor);

  return {
    bodies: [body],
    *run(call) {
      const { decision: length, memory } = call;
      const given = call.operands;
      checkLengths(length, given.slice(carries, carries + sequences), operands.slice(carries));
      const at = scalarNDArray(0n, "int64");
      const now = given.slice(0, carries);
      const owned = new Set<unknown>();
      const stacks = new Map(
        [...stackedOutputs, ...histories].map((place) => {
          const type =
            place < carries + outputs
              ? types[carries + stackedOutputs.indexOf(place)]
              : types[place - carries - outputs];
          return [place, stackOf(type as TensorType, length, memory)] as const;
        }),
      );
      const release = (value: unknown, type: Type): void => {
        if (owned.delete(value)) executor.release(type, value);
      };
      try {
        for (let step = 0; step < length; step++) {
          const place = reverse ? length - 1 - step : step;
          at.data[0] = BigInt(place) as never;
          const made = yield* results(body, [at, ...now, ...given.slice(carries)], call);
          for (const value of made) owned.add(value);
          stackedOutputs.forEach((output, i) => {
            const value = made[carries + i];
            (stacks.get(output) as Stack).put(place, value, owned.delete(value));
          });
          for (let c = 0; c < carries; c++) {
            const history = stacks.get(carries + outputs + c);
            if (history === undefined) release(now[c], types[c] as Type);
            else history.put(place, now[c], owned.delete(now[c]));
            now[c] = made[c];
          }
        }
        const empty = length === 0 ? emptyShapes(body, at, given, wanted) : [];
        return places.map((place) => {
          if (place < carries) return now[place];
          const shape =
            empty[
              place < carries + outputs ? carries + stackedOutputs.indexOf(place) : place - carries - outputs
            ];
          return (stacks.get(place) as Stack).finish(shape ?? []);
        });
      } catch (error) {
        for (const stack of stacks.values()) stack.drop();
        now.forEach((value, c) => release(value, types[c] as Type));
        throw error;
      }
    },
  };
}

/** @throws BitaleRangeError SHAPE_MISMATCH */
function checkLengths(length: number, given: readonly unknown[], sequences: readonly Variable[]): void {
  if (length < 0) {
    throw new BitaleRangeError("SHAPE_MISMATCH", {
      subject: "scan",
      problem: `a loop cannot have ${length} steps`,
    });
  }
  given.forEach((value, i) => {
    const shape = (sequences[i] as Variable).type.shapeOf(value);
    if (shape[0] === length) return;
    throw new BitaleRangeError("SHAPE_MISMATCH", {
      subject: `scan sequence ${i}`,
      problem: `${length} steps need a leading length of ${length}`,
      got: `shape ${shapeText(shape)}`,
    });
  });
}

/** Shapes of what a loop without steps would stack; lengths that only a run can tell count as 0. */
function emptyShapes(
  body: Linked,
  t: NDArray,
  given: readonly unknown[],
  wanted: readonly Variable[],
): number[][] {
  const shapes = new Map<Variable, readonly number[]>(
    body.inputs.slice(1).map(({ variable, type }, i) => [variable, type.shapeOf(given[i])]),
  );
  const values = new Map(body.inputs.map(({ variable }, i) => [variable, i === 0 ? t : given[i - 1]]));
  const numbers = new CallNumbers(body.numbers, (variable) => values.get(variable));
  const called = new Map<Variable, number>();
  const facts = new Facts(shapes, body.numbers, called);
  for (const { stage } of body.stages) {
    for (const node of stage.regions.flatMap(({ nodes }) => nodes).sort((a, b) => a.id - b.id)) {
      for (const position of node.op.hostOperands(node.inputs).shape) {
        const variable = node.inputs[position] as Variable;
        if (!facts.isFolded(variable)) called.set(variable, Number(numbers.get(variable, facts)));
      }
      inferLoosely(node, facts);
    }
  }
  return wanted.map((_, i) => {
    const exit = body.updates[i]?.exit;
    return exit?.from === "slot" ? [...facts.shape(exit.slot.variable)] : [];
  });
}
