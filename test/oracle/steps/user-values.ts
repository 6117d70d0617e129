/** Values that the user holds: `let`, `mutate`, `user`, `equal`. */
import { isNDArray, type NDArray, type TypedArray } from "@bitale/core";
import { isSparseMatrix } from "@bitale/sparse";
import { mutateArray, vectorOf, viewOf } from "../arrays.js";
import type { Literal } from "../case-file.js";
import { literalKind, plainValue } from "../literals.js";
import { compareArrays } from "../observations.js";
import type { World } from "../world.js";
import { literal, nothing, type Runs, text } from "./step.js";

type Fields = { readonly [field: string]: unknown };

export const userValueSteps: Runs = {
  let: (step, world) => {
    const view = step.view as (Fields & { readonly of: string }) | undefined;
    const value =
      view === undefined
        ? plainValue(literal(step, "value"), world)
        : viewOf(world.user(view.of) as NDArray, view);
    world.held.set(text(step, "name"), value);
    return nothing;
  },
  mutate: (step, world) => {
    const target = world.user(text(step, "target"));
    const how = step.how as Fields;
    if (Array.isArray(target)) mutateList(target, how, world);
    else mutateArray(arrayPart(target, step.part as string | undefined), how);
    return nothing;
  },
  user: (step, world) => ({ value: world.user(text(step, "name")) }),
  equal: (step, world) => {
    const [a, b] = [world.user(text(step, "a")), world.user(text(step, "b"))];
    return { equal: isNDArray(a) && isNDArray(b) ? compareArrays(a, b) === undefined : a === b };
  },
};

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
