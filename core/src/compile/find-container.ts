import { BitaleTypeError, describeValue } from "../errors.js";
import type { Variable } from "../graph/nodes.js";
import type { Container } from "../shared/container.js";
import type { InputKey } from "./compiled-function.js";
import type { Linked } from "./linked.js";

/** The storage of an input with a value, or of a shared variable. @throws BitaleTypeError BAD_ARGUMENT */
export function findContainer(linked: Linked, key: InputKey, functionName: string): Container {
  const entries = [
    ...linked.graph.inputs.map(({ variable, name, container }) => ({
      variable: variable as Variable,
      name,
      container,
    })),
    ...linked.shared.map(({ variable }) => ({
      variable: variable as Variable,
      name: variable.name,
      container: variable.container as Container,
    })),
    ...linked.updates.map(({ update }) => ({
      variable: update.target,
      name: update.target.name,
      container: update.container,
    })),
  ];
  const found =
    typeof key === "number"
      ? entries[key]
      : entries.find(({ variable, name }) => (typeof key === "string" ? name === key : variable === key));
  if (found?.container !== undefined) return found.container;
  throw new BitaleTypeError("BAD_ARGUMENT", {
    subject: functionName,
    problem: found === undefined ? "it has no such input" : "this input has no value of its own",
    got: describeValue(typeof key === "object" ? key.toString() : key),
  });
}
