/** Rules for learning rates, as functions of the number of updates made so far. */
import { add, cos, div, floor, lt, minimum, mul, pow, sub, where } from "../tensor/ops/elementwise.js";
import { notNegative, positive } from "./options.js";
import type { RateRule } from "./schedule.js";

/** Always the same rate; a shared scalar, so that setValue changes it by hand. */
export function constantRate(rate: number): RateRule {
  const fixed = notNegative("constantRate", "rate", rate);
  return (step) => add(mul(step, 0), fixed);
}

export interface StepDecayOptions {
  /** The rate of the first updates. */
  readonly initial: number;
  /** What the rate is multiplied by at each drop. */
  readonly factor: number;
  /** How many updates lie between two drops. */
  readonly every: number;
}

/** initial · factor^⌊step / every⌋: drops at regular intervals. */
export function stepDecay(options: StepDecayOptions): RateRule {
  const { initial, factor, every } = checked("stepDecay", options);
  return (step) => mul(pow(factor, floor(div(step, every))), initial);
}

export interface ExponentialDecayOptions {
  readonly initial: number;
  /** What the rate is multiplied by in the course of `every` updates. */
  readonly factor: number;
  /** 1 by default. */
  readonly every?: number | undefined;
}

/** initial · factor^(step / every). */
export function exponentialDecay(options: ExponentialDecayOptions): RateRule {
  const { initial, factor, every } = checked("exponentialDecay", { ...options, every: options.every ?? 1 });
  return (step) => mul(pow(factor, div(step, every)), initial);
}

export interface InverseTimeDecayOptions {
  readonly initial: number;
  /** How fast: after 1 / decay updates the rate is half of the initial one. */
  readonly decay: number;
}

/** initial / (1 + decay · step): the rate that Robbins and Monro's conditions allow. */
export function inverseTimeDecay({ initial, decay }: InverseTimeDecayOptions): RateRule {
  const [from, speed] = [
    notNegative("inverseTimeDecay", "initial", initial),
    notNegative("inverseTimeDecay", "decay", decay),
  ];
  return (step) => div(from, add(mul(step, speed), 1));
}

export interface CosineDecayOptions {
  readonly initial: number;
  /** After how many updates the final rate is reached; it stays then. */
  readonly steps: number;
  /** 0 by default. */
  readonly final?: number | undefined;
}

/** final + (initial - final) · (1 + cos(π step / steps)) / 2 (Loshchilov and Hutter, SGDR, 2017, eq. 5, no restarts). */
export function cosineDecay({ initial, steps, final = 0 }: CosineDecayOptions): RateRule {
  const name = "cosineDecay";
  const [from, to] = [notNegative(name, "initial", initial), notNegative(name, "final", final)];
  const length = positive(name, "steps", steps);
  return (step) => {
    const angle = mul(minimum(div(step, length), 1), Math.PI);
    return add(mul(add(cos(angle), 1), (from - to) / 2), to);
  };
}

export interface LinearWarmupOptions {
  /** How many updates the rate rises for. */
  readonly steps: number;
  /** Where it starts; 0 by default. */
  readonly from?: number | undefined;
  /** The rate that it rises to and that then stays, or a rule that then begins with its own step 0. */
  readonly to: number | RateRule;
}

/** A straight line from one rate to another, then a rule of its own (Goyal et al. 2017 for large batches). */
export function linearWarmup({ steps, from = 0, to }: LinearWarmupOptions): RateRule {
  const name = "linearWarmup";
  const [length, low] = [positive(name, "steps", steps), notNegative(name, "from", from)];
  const after = typeof to === "number" ? constantRate(notNegative(name, "to", to)) : to;
  return (step) => {
    const rise = sub(after(mul(step, 0)), low);
    return where(lt(step, length), add(mul(rise, div(step, length)), low), after(sub(step, length)));
  };
}

function checked(name: string, { initial, factor, every }: StepDecayOptions): StepDecayOptions {
  return {
    initial: notNegative(name, "initial", initial),
    factor: positive(name, "factor", factor),
    every: positive(name, "every", every),
  };
}
