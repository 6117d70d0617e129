/** An argsort that only serves to put its own operand in order: elements are sorted then, and no order is made. */
import type { PrimitiveNode } from "../plugin/region.js";

export type ArgsortNode = Extract<PrimitiveNode, { op: "argsort" }>;

/**
 * The takeAlongAxis that puts the operand of an argsort in order.
 * @param users of the order
 * @returns undefined where there is none, or somebody else needs the order
 */
export function sortBehind(order: ArgsortNode, users: readonly PrimitiveNode[]): PrimitiveNode | undefined {
  const [user, ...others] = users;
  const sorts =
    user?.op === "takeAlongAxis" &&
    user.params.axis === order.params.axis &&
    user.inputs[0] === order.inputs[0];
  return sorts && others.length === 0 ? user : undefined;
}
