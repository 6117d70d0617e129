/** Errors of shapes and kernels, told in terms of the user's graph: which node, on what, and where it was made. */
import { BitaleError, isBitaleError, locateError } from "../errors.js";
import type { Apply, Variable } from "../graph/nodes.js";
import { debugPrint } from "../graph/print.js";
import { failedNodes } from "../plugin/kernel-failure.js";
import type { Executable } from "../plugin/region.js";
import { shapeText } from "../tensor/shape.js";
import { isTensorType } from "../tensor/tensor-type.js";

/** What is known about a call when an error is raised. */
export interface Surroundings {
  readonly functionName: string | undefined;
  /** Concrete lengths of a variable; undefined where they are not known yet. */
  readonly shapeOf: (variable: Variable) => readonly number[] | undefined;
}

/** Levels of the graph that an error shows. */
const excerptDepth = 3;
/** Nodes of a fused kernel that an error shows. */
const excerptNodes = 3;

/** Runs the work of one node; what it throws says which node it was. */
export function atNode<R>(node: Apply, surroundings: Surroundings, work: () => R): R {
  try {
    return work();
  } catch (error) {
    throw located(error, [node], surroundings);
  }
}

/** An executable whose errors say where in the graph they were raised. */
export function locating(executable: Executable, surroundings: Surroundings): Executable {
  const { settled } = executable;
  const place = (error: unknown): unknown => locateFailure(error, surroundings);
  return {
    run: (inputs, scalars) => {
      try {
        return executable.run(inputs, scalars);
      } catch (error) {
        throw place(error);
      }
    },
    dispose: () => executable.dispose?.(),
    ...(settled === undefined
      ? {}
      : {
          settled: () =>
            settled.call(executable).catch((error: unknown) => {
              throw place(error);
            }),
        }),
  };
}

/** What an executable threw, with the place in the graph where it was raised. */
export function locateFailure(error: unknown, surroundings: Surroundings): unknown {
  const origins = isBitaleError(error) ? failedNodes(error).map(({ origin }) => origin) : [];
  return located(error, [...new Set(origins.filter((origin) => origin !== undefined))], surroundings);
}

/** The error with its place in the graph; what is no error of bitale becomes the cause of one. */
function located(error: unknown, nodes: readonly Apply[], surroundings: Surroundings): unknown {
  const known = nodes.at(-1);
  if (known === undefined) return error;
  const told = isBitaleError(error)
    ? error
    : new BitaleError("KERNEL_FAILED", {
        subject: known.op.toString(),
        problem: error instanceof Error ? error.message : String(error),
        cause: error,
      });
  const inner = new Set(nodes.flatMap((node) => node.outputs));
  const operands = [...new Set(nodes.flatMap((node) => node.inputs))].filter((input) => !inner.has(input));
  const { functionName } = surroundings;
  const shown = nodes.slice(-excerptNodes).reverse();
  const left = nodes.length - shown.length;
  const names = [...shown.map(String), ...(left > 0 ? [`${left} more`] : [])].join(", fused with ");
  locateError(told, {
    node: `${names}${functionName === undefined ? "" : ` in ${functionName}`}`,
    operands: operands.map((operand) => `${operand}: ${typeOf(operand, surroundings)}`),
    made: nodes.findLast((node) => node.trace !== undefined)?.trace?.frames ?? [],
    graph: debugPrint(known.outputs[0] as Variable, { depth: excerptDepth }),
  });
  return told;
}

/** Dtype and lengths of this call, as far as they are known. */
function typeOf(variable: Variable, { shapeOf }: Surroundings): string {
  const shape = shapeOf(variable);
  const type = variable.type.plain();
  if (shape === undefined || !isTensorType(type)) return type.toString();
  return `${type.dtype} ${shapeText(shape)}`;
}
