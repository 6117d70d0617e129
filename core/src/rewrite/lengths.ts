/** Lengths as symbols: which axes certainly have one length, though nobody knows it before the call. */
import { isConstant, type Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import type { NDArray } from "../tensor/ndarray.js";
import { isPrimitive, type PrimitiveOp } from "../tensor/primitive-op.js";
import {
  binaryNames,
  type DimSpec,
  type PrimitiveName,
  type PrimitiveParams,
  unaryNames,
} from "../tensor/primitives.js";
import { isTensorType } from "../tensor/tensor-type.js";

/** A known length, or a name that stands for one: equal names are equal lengths. */
export type Length = number | string;

const memo = new WeakMap<Variable, readonly Length[]>();

const elementwise: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  ...unaryNames,
  ...binaryNames,
  "where",
]);
/** Whether each element of the result is computed from the elements at its place. */
export const isElementwise = (name: PrimitiveName): boolean => elementwise.has(name) || name === "cast";

/** The lengths of a dense tensor. A walk with its own stack: graphs may be deep. */
export function lengthsOf(variable: Variable): readonly Length[] {
  const known = memo.get(variable);
  if (known !== undefined) return known;
  for (const node of toposort([variable], memo))
    for (const output of node.outputs) if (!memo.has(output)) memo.set(output, inferred(output));
  const found = memo.get(variable) ?? inferred(variable);
  memo.set(variable, found);
  return found;
}

export const sameLengths = (a: readonly Length[], b: readonly Length[]): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** Whether lengths certainly broadcast to others, aligned at the last axis. */
export function broadcastsTo(from: readonly Length[], to: readonly Length[]): boolean {
  return from.every((length, axis) => {
    const target = to[axis + to.length - from.length];
    if (length === 1 || length === target) return true;
    if (typeof length === "number" || typeof target !== "string") return false;
    const names = target.split("|");
    return length.split("|").every((name) => names.includes(name));
  });
}

/** The length of one axis in words that nothing else uses. */
const own = (variable: Variable, axis: number): Length => `${variable.id}.${axis}`;

function inferred(variable: Variable): readonly Length[] {
  const { type, owner } = variable;
  if (!isTensorType(type)) return [];
  const found =
    owner !== undefined && isPrimitive(owner.op) ? byRule(variable, owner.op, owner.inputs) : undefined;
  return type.shape.map((length, axis) => length ?? found?.[axis] ?? own(variable, axis));
}

/** Lengths of the result of a primitive; undefined: not known. */
function byRule(
  variable: Variable,
  op: PrimitiveOp,
  inputs: readonly Variable[],
): readonly (Length | undefined)[] | undefined {
  const of = (i = 0): readonly Length[] =>
    memo.get(inputs[i] as Variable) ?? lengthsOf(inputs[i] as Variable);
  const params = op.params as PrimitiveParams[PrimitiveName] & Record<string, never>;
  const spec = (list: readonly DimSpec[], skip = 0): Length[] => {
    let next = op.dataCount(inputs.length) + skip;
    return list.map((dim) => (dim === "dynamic" ? numberName(inputs[next++] as Variable) : dim));
  };
  if (isElementwise(op.name))
    return broadcast(
      variable,
      inputs.map((_, i) => of(i)),
    );
  switch (op.name) {
    case "stopGradient":
    case "mapGradient":
    case "specifyShape":
    case "argsort":
    case "cumsum":
    case "updateSlice":
    case "scatter":
    case "scatterAlongAxis":
      return of();
    case "takeAlongAxis":
      return of(1);
    case "transpose":
      return (params as PrimitiveParams["transpose"]).permutation.map((axis) => of()[axis]);
    case "reshape":
      return filledIn(spec((params as PrimitiveParams["reshape"]).shape), of());
    case "broadcastTo":
    case "sumTo":
      return spec((params as PrimitiveParams["broadcastTo"]).shape);
    case "slice": {
      const { starts, sizes } = params as PrimitiveParams["slice"];
      return spec(sizes, starts.filter((start) => start === "dynamic").length);
    }
    case "take": {
      const { axis } = params as PrimitiveParams["take"];
      return [...of().slice(0, axis), ...of(1), ...of().slice(axis + 1)];
    }
    case "concatenate": {
      const { axis } = params as PrimitiveParams["concatenate"];
      return of().map((length, i) => (i === axis ? undefined : length));
    }
    case "sum":
    case "prod":
    case "max":
    case "min":
    case "any":
    case "all": {
      const { axes } = params as PrimitiveParams["sum"];
      return of().filter((_, axis) => !axes.includes(axis));
    }
    case "argmax":
    case "argmin": {
      const { axis } = params as PrimitiveParams["argmax"];
      return of().filter((_, i) => i !== axis);
    }
    case "dot": {
      const { contract, batch } = params as PrimitiveParams["dot"];
      const free = (side: 0 | 1): Length[] =>
        of(side).filter((_, axis) => !contract[side].includes(axis) && !batch[side].includes(axis));
      return [...batch[0].map((axis) => of(0)[axis] as Length), ...free(0), ...free(1)];
    }
    case "iota":
      return spec([(params as PrimitiveParams["iota"]).length]);
    case "randomBits":
      return spec([(params as PrimitiveParams["randomBits"]).length]);
    default:
      return undefined;
  }
}

/** Names that one joint name may hold: more are not followed. */
const mostJoined = 6;

/**
 * Lengths that broadcast: what is not 1 decides. Of several that may be 1 nobody knows which one does, but the same
 * ones together give the same length wherever they meet: it is called by all their names.
 */
function broadcast(variable: Variable, shapes: readonly (readonly Length[])[]): (Length | undefined)[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = new Set(shapes.map((shape) => shape[axis - rank + shape.length] ?? 1));
    lengths.delete(1);
    if (lengths.size === 0) return 1;
    const [only] = lengths;
    if (lengths.size === 1) return only;
    const names = new Set([...lengths].flatMap((length) => String(length).split("|")));
    return names.size > mostJoined ? own(variable, axis) : [...names].sort().join("|");
  });
}

/** What a 0-d integer is called as a length. */
export function numberName(variable: Variable): Length {
  let number = variable;
  for (;;) {
    if (isConstant(number)) return Number((number.value as NDArray).item());
    const node = number.owner;
    if (isPrimitive(node?.op, "dimension")) {
      const source = node?.inputs[0] as Variable;
      return lengthsOf(source)[node?.op.params.axis as number] as Length;
    }
    if (!isPrimitive(node?.op, "cast")) return `n${number.id}`;
    number = node?.inputs[0] as Variable;
  }
}

/** -1 among the lengths of a reshape is what is left of the others. */
function filledIn(to: readonly Length[], from: readonly Length[]): (Length | undefined)[] {
  if (!to.includes(-1)) return [...to];
  const left = remainder(
    from,
    to.filter((length) => length !== -1),
  );
  return to.map((length) => (length === -1 ? left : length));
}

/**
 * What a product of lengths leaves of another, as one length; undefined where that is not known. Only known lengths
 * are taken off: of an empty array the rest is not what it would be by name.
 */
function remainder(whole: readonly Length[], part: readonly Length[]): Length | undefined {
  const taken = product(part);
  if (taken === 0 || part.some((length) => typeof length === "string")) return undefined;
  const names = whole.filter((length) => typeof length === "string");
  const number = product(whole) / taken;
  if (names.length === 0) return Number.isInteger(number) ? number : undefined;
  return names.length === 1 && number === 1 ? names[0] : undefined;
}

const product = (lengths: readonly Length[]): number =>
  lengths.reduce<number>((n, length) => (typeof length === "number" ? n * length : n), 1);

/** Whether two shapes certainly have equally many elements. */
export function sameSize(a: readonly Length[], b: readonly Length[]): boolean {
  const names = (list: readonly Length[]): string =>
    list
      .filter((l) => typeof l === "string")
      .sort()
      .join();
  return product(a) === product(b) && names(a) === names(b);
}
