/** Collects the values of the steps of a loop into one tensor with a new leading axis. */
import { BitaleRangeError } from "../errors.js";
import type { Type } from "../graph/type.js";
import type { Executable, HostMemory, Region } from "../plugin/contract.js";
import type { RegionNode, RegionValue } from "../plugin/region.js";
import { emptyNDArray, type NDArray } from "../tensor/ndarray.js";
import { shapeText, sizeOf } from "../tensor/shape.js";
import { TensorType } from "../tensor/tensor-type.js";
import type { Executor } from "./executor.js";

export interface Stack {
  /** Takes the value of one step; `owned`: it belongs to the stack from now on. */
  put(place: number, value: unknown, owned: boolean): void;
  /** The stacked values. @param shape of one value, where there is none */
  finish(shape: readonly number[]): unknown;
  /** Gives everything back. */
  drop(): void;
}

/** @param type of one value, as the executor holds it */
export type MakeStack = (type: TensorType, length: number, memory: HostMemory) => Stack;

/** Stacks for the values of an executor: written in place on the host, joined by the backend on a device. */
export function stacking(executor: Executor): MakeStack {
  const joins = new Map<string, Executable>();
  return (type, length, memory) =>
    type.residence === "host"
      ? hostStack(executor, type, length, memory)
      : deviceStack(executor, type, length, joins);
}

function checkSame(first: readonly number[], shape: readonly number[]): void {
  if (first.length === shape.length && first.every((dim, axis) => dim === shape[axis])) return;
  throw new BitaleRangeError("SHAPE_MISMATCH", {
    subject: "scan",
    problem: "what the steps give has different shapes and cannot be stacked",
    got: `${shapeText(first)} and ${shapeText(shape)}`,
  });
}

function hostStack(executor: Executor, type: TensorType, length: number, memory: HostMemory): Stack {
  let all: NDArray | undefined;
  let element: readonly number[] | undefined;
  const drop = (): void => {
    if (all !== undefined) memory.free(all);
    all = undefined;
  };
  return {
    put(place, value, owned) {
      const array = value as NDArray;
      element ??= [...array.shape];
      checkSame(element, array.shape);
      all ??= memory.allocate([length, ...element], type.dtype);
      all.data.set(array.flat() as never, all.offset + place * sizeOf(element));
      if (owned) executor.release(type, value);
    },
    finish(shape) {
      const array = all ?? emptyNDArray([0, ...shape], type.dtype);
      const stacked = whole(executor, type, array.shape);
      if (stacked.residence === "host") return array;
      // Integer scalars are on the host while the loop runs; a vector of them is where all vectors are.
      const moved = stacked.fromHost(array, { borrow: false });
      drop();
      return moved;
    },
    drop,
  };
}

function deviceStack(
  executor: Executor,
  type: TensorType,
  length: number,
  joins: Map<string, Executable>,
): Stack {
  const values = new Array<unknown>(length);
  const own = new Set<unknown>();
  const drop = (): void => {
    for (const value of own) executor.release(type, value);
    own.clear();
  };
  return {
    put(place, value, owned) {
      values[place] = value;
      if (owned) own.add(value);
    },
    finish(shape) {
      if (length === 0)
        return whole(executor, type, [0, ...shape]).fromHost(emptyNDArray([0, ...shape], type.dtype), {
          borrow: false,
        });
      const element = type.shapeOf(values[0] as never);
      for (const value of values) checkSame(element, type.shapeOf(value as never));
      const key = `${length} ${element.join()}`;
      const join = joins.get(key) ?? executor.compileRegion(joinRegion(type, length, element));
      joins.set(key, join);
      const [joined] = join.run(values, []);
      drop();
      return joined;
    },
    drop,
  };
}

const whole = (executor: Executor, { dtype }: TensorType, shape: readonly number[]): Type =>
  executor.typeFor(new TensorType(dtype, shape));

/** `length` values of one shape, each with a new leading axis, joined along it. */
function joinRegion({ dtype }: TensorType, length: number, element: readonly number[]): Region {
  const values: RegionValue[] = [];
  const add = (shape: readonly number[]): number => {
    values.push({ id: values.length, type: new TensorType(dtype, shape), dtype, shape });
    return values.length - 1;
  };
  const inputs = Array.from({ length }, () => add(element));
  const rows = inputs.map(() => add([1, ...element]));
  const output = add([length, ...element]);
  const nodes: RegionNode[] = rows.map((row, i) => ({
    op: "reshape",
    params: {},
    inputs: [inputs[i] as number],
    output: row,
  }));
  nodes.push({ op: "concatenate", params: { axis: 0 }, inputs: rows, output });
  return { values, inputs, constants: new Map(), nodes, outputs: [output], scalarCount: 0 };
}
