/** Values that the user holds: `let`, `mutate`, `user`, `equal`. */
import { isNDArray, type NDArray, type Scalar, type TypedArray, tryNDArray } from "@bitale/core";
import { isSparseMatrix } from "@bitale/sparse";
import { elementsOf, mutateArray, vectorOf, viewOf } from "../arrays.js";
import type { Literal } from "../case-file.js";
import { literalKind, plainValue } from "../literals.js";
import { copyOf } from "../snapshot.js";
import type { World } from "../world.js";
import { literal, nothing, type Runs, text } from "./step.js";

type Fields = { readonly [field: string]: unknown };

export const userValueSteps: Runs = {
  let: (step, world) => {
    const view = step.view as (Fields & { readonly of: string }) | undefined;
    const value =
      view === undefined ? plainValue(literal(step, "value"), world) : viewOfUser(world.user(view.of), view);
    world.held.set(text(step, "name"), value);
    return nothing;
  },
  mutate: (step, world) => {
    const target = world.user(text(step, "target"));
    const how = step.how as Fields;
    if (Array.isArray(target)) mutateList(target, how, world);
    else if (isRecord(target)) setEntry(target, how, world);
    else mutateArray(arrayPart(target, step.part as string | undefined), how);
    return nothing;
  },
  user: (step, world) => ({ value: world.user(text(step, "name")) }),
  equal: (step, world) => {
    const [a, b] = [world.user(text(step, "a")), world.user(text(step, "b"))];
    return { equal: arrayEqual(a, b) };
  },
};

function viewOfUser(value: unknown, view: Fields): unknown {
  if (isNDArray(value)) return viewOf(value, view);
  if (isSparseMatrix(value) && view.how === "T") return value.transpose();
  if (view.how === "copy") return copyOf(value);
  throw new Error(`there is no view ${String(view.how)} of this value`);
}

/** NumPy's `array_equal`: the same shape and equal elements, whatever the dtypes; NaN equals nothing. */
function arrayEqual(a: unknown, b: unknown): boolean {
  const [x, y] = [tryNDArray(a)?.array, tryNDArray(b)?.array];
  if (x === undefined || y === undefined) return a === b;
  if (x.shape.join() !== y.shape.join()) return false;
  const theirs = elementsOf(y);
  // biome-ignore lint/suspicious/noDoubleEquals: 1n and 1 are equal elements.
  return elementsOf(x).every((element, i) => element == (theirs[i] as Scalar));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function setEntry(record: Record<string, unknown>, how: Fields, world: World): void {
  const [name, value] = (how.set ?? []) as [string, unknown];
  if (name === undefined) throw new Error(`unknown change ${Object.keys(how)} of a dict`);
  record[name] = literalKind(value) === undefined ? value : plainValue(value as Literal, world);
}

/** An array, or one of the three of a sparse matrix, as an array on the same memory. */
export function arrayPart(value: unknown, part: string | undefined): NDArray {
  if (isNDArray(value)) return value;
  if (!isSparseMatrix(value)) throw new Error("neither an array nor a sparse matrix");
  const name = part ?? "data";
  const data = value[name as "data"] as TypedArray;
  return vectorOf(data, name === "data" ? value.dtype : "int32");
}

function mutateList(list: unknown[], how: Fields, world: World): void {
  const [verb, operand] = Object.entries(how)[0] as [string, unknown];
  const wholes = list.every((item) => typeof item === "bigint");
  const item = (value: unknown): unknown => {
    if (literalKind(value) !== undefined) return plainValue(value as Literal, world);
    return typeof value === "number" && wholes && Number.isInteger(value) ? BigInt(value) : value;
  };
  if (verb === "append") list.push(item(operand));
  else if (verb === "set") {
    const [index, value] = operand as [number | number[], unknown];
    list[[index].flat()[0] as number] = item(value);
  } else throw new Error(`unknown change ${verb} of a list`);
}
