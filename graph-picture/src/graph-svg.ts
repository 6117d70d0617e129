import { BitaleTypeError, type FunctionDescription, isVariable, type Variable } from "@bitale/core";
import { collect } from "./collect.js";
import { drawSvg } from "./draw.js";
import { layOut } from "./layout.js";
import { scopeOf, scopeOfFunction } from "./scope.js";

/** What a picture shows. */
export interface GraphPictureOptions {
  /** Stands above the picture; by default what a compiled function prints as: `train(x) → output; updates W`. */
  readonly title?: string | undefined;
  /** Which way values flow (default "down"). */
  readonly direction?: "down" | "right" | undefined;
  /** Colours: light, dark, or as the reader's system prefers (default "auto"). */
  readonly theme?: "auto" | "light" | "dark" | undefined;
  /** Shows dtypes and lengths in the boxes (default true; they are in the tooltips anyway). */
  readonly types?: boolean | undefined;
  /** Tells in the tooltips where in the user's code nodes were made (default false: such places are paths of a machine). */
  readonly made?: boolean | undefined;
  /** Shows what is inside of loops and branches (default true). */
  readonly inner?: boolean | undefined;
  /** Explains shapes and lines below the graph (default true). */
  readonly legend?: boolean | undefined;
  /**
   * How many ops are drawn at most (default 150): of larger graphs those nearest to the results, with a note that says
   * how many there are.
   */
  readonly maxNodes?: number | undefined;
}

/** What describes its own graph: a compiled function. */
export interface Describable {
  describe(): FunctionDescription;
  toString(): string;
}

/**
 * A picture of a graph as SVG: of expressions as they were written, or of a compiled function as it runs, with a box
 * for each region of a backend and a mark on what is transferred. Every box and arrow tells the rest in a tooltip. The
 * same graph gives the same text.
 * @throws BitaleTypeError BAD_OPTION
 *
 * @example
 * ```ts
 * import { compile, grad, shared, vector } from "@bitale/core";
 * import { graphSvg } from "@bitale/graph-picture";
 *
 * const [x, w] = [vector("x"), shared([0.5, -0.5], { name: "w" })];
 * const cost = x.mul(w).tanh().sum();
 * const train = compile([x], cost, { name: "train", updates: [[w, w.sub(grad(cost, w))]] });
 * const svg = graphSvg(train);
 * console.log(svg.startsWith("<svg"), svg.includes("train(x) → output; updates w")); // true true
 * ```
 */
export function graphSvg(
  target: Variable | readonly Variable[] | Describable,
  options: GraphPictureOptions = {},
): string {
  const { direction = "down", theme = "auto", maxNodes = 150 } = options;
  oneOf("direction", direction, ["down", "right"]);
  oneOf("theme", theme, ["auto", "light", "dark"]);
  if (!Number.isInteger(maxNodes) || maxNodes < 1) refuse("maxNodes", "an integer of at least 1", maxNodes);
  const isFunction = "describe" in target && !isVariable(target);
  const scope = isFunction
    ? scopeOfFunction(target.describe())
    : scopeOf([], isVariable(target) ? [target] : (target as readonly Variable[]));
  const picture = collect(scope, {
    types: options.types ?? true,
    made: options.made ?? false,
    inner: options.inner ?? true,
    maxNodes,
  });
  return drawSvg(picture, layOut(picture, direction), {
    title: options.title ?? (isFunction ? target.toString() : undefined),
    theme,
    direction,
    legend: options.legend ?? true,
  });
}

function oneOf(option: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) refuse(option, allowed.map((one) => `"${one}"`).join(" or "), value);
}

function refuse(option: string, expected: string, got: unknown): never {
  throw new BitaleTypeError("BAD_OPTION", {
    subject: `graphSvg: ${option}`,
    problem: "it has no such value",
    expected,
    got: String(got),
  });
}
