/** From a primitive in a graph to what a backend sees, once every length is known. */
import type { LoweredName, LoweredParams, PrimitiveName, PrimitiveParams, StartSpec } from "./primitives.js";
import type { Dim } from "./shape.js";

/**
 * Steps that compute a primitive with concrete lengths. "alias": the result is the first operand. Several steps run
 * one after another, each on the result of the one before.
 */
export type Lowering =
  | { readonly kind: "alias" }
  | { readonly kind: "steps"; readonly steps: readonly LoweredStep[] };

export type LoweredStep = {
  readonly [N in LoweredName]: {
    readonly op: N;
    readonly params: LoweredParams[N];
    readonly shape: readonly number[];
  };
}[LoweredName];

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/**
 * @param lists the primitive's lists of lengths and starts as its type rule orders them; a start that is only known
 * at the call is a `{ scalar }`
 * @param from concrete shape of the first operand
 * @param to concrete shape of the result
 */
export function lower<N extends PrimitiveName>(
  name: N,
  params: PrimitiveParams[N],
  lists: readonly (readonly (Dim | { readonly scalar: number })[])[],
  from: readonly number[],
  to: readonly number[],
): Lowering {
  const step = <L extends LoweredName>(op: L, lowered: LoweredParams[L], shape = to): LoweredStep =>
    ({ op, params: lowered, shape }) as unknown as LoweredStep;
  const steps = (...list: LoweredStep[]): Lowering => ({ kind: "steps", steps: list });
  switch (name) {
    case "specifyShape":
    case "stopGradient":
    case "mapGradient":
      return { kind: "alias" };
    case "reshape":
    case "broadcastTo":
      return same(from, to) ? { kind: "alias" } : steps(step(name as "reshape", {}));
    case "sumTo": {
      if (same(from, to)) return { kind: "alias" };
      const skip = from.length - to.length;
      const axes = from.flatMap((d, i) => (i < skip || (to[i - skip] === 1 && d !== 1) ? [i] : []));
      const reduced = from.filter((_, i) => !axes.includes(i));
      const sum = step("sum", { axes }, reduced);
      return same(reduced, to) ? steps(sum) : steps(sum, step("reshape", {}));
    }
    case "slice": {
      const { steps: strides } = params as PrimitiveParams["slice"];
      const starts = lists[0] as readonly StartSpec[];
      const whole = same(from, to) && strides.every((s) => s === 1) && starts.every((start) => start === 0);
      return whole ? { kind: "alias" } : steps(step("slice", { starts, steps: strides }));
    }
    case "updateSlice": {
      const { steps: strides, mode } = params as PrimitiveParams["updateSlice"];
      return steps(step("updateSlice", { starts: lists[0] as readonly StartSpec[], steps: strides, mode }));
    }
    case "iota":
    case "randomBits":
      return steps(step(name as "iota", {}));
    case "cast":
      return steps(step("cast", {}));
    case "dimension":
    case "nonzero":
      throw new TypeError(`${name} is never lowered`);
    default:
      return steps(step(name as LoweredName, params as never));
  }
}
