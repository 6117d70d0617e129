/**
 * All steps of a program as one function. Generated code calls kernels with addresses and computes single numbers in
 * place; where code may not be generated, a list of steps does the same.
 */
import {
  byteSize,
  cannotFail,
  float16ToNumber,
  type LoopStep,
  numberToFloat16,
  sizeOf,
  type View,
} from "@bitale/core";
import { type CalledFunction, expressionText } from "../kernels/expression.js";
import { round16, scalarFunction } from "../kernels/loop.js";
import type { Frame, NativeCall, Step } from "./frame.js";
import type { Work } from "./rows-step.js";

/** A step with what it was planned for. */
export interface PreparedStep {
  readonly work: Work;
  readonly run: Step;
}

/** Runs all steps of a program. */
export type Driver = (frame: Frame) => void;

/** Steps in one generated function: engines do not optimize very long ones. */
const longest = 100;

/** @param codegen false: code may not be generated, or each step is timed */
export function driverOf(steps: readonly PreparedStep[], codegen: boolean): Driver {
  if (!codegen) {
    return (frame) => {
      for (let at = 0; at < steps.length; at++) {
        frame.at = at;
        (steps[at] as PreparedStep).run(frame);
      }
    };
  }
  const parts: Driver[] = [];
  for (let from = 0; from < steps.length; from += longest) parts.push(generate(steps, from));
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return (frame) => {
    for (const part of parts) part(frame);
  };
}

function generate(steps: readonly PreparedStep[], from: number): Driver {
  const names: string[] = [];
  const values: unknown[] = [];
  const give = (value: unknown): string => {
    const known = values.indexOf(value);
    if (known !== -1) return names[known] as string;
    names.push(`g${values.length}`);
    values.push(value);
    return names.at(-1) as string;
  };
  const functions = new Map<string, string>();
  const call = (called: CalledFunction): string => {
    const key = `${called.op} ${called.from} ${called.dtype}`;
    const known = functions.get(key) ?? give(scalarFunction(called));
    functions.set(key, known);
    return known;
  };
  const lines = steps.slice(from, from + longest).map(({ work, run }, i) => {
    const note = work.kind === "rows" || cannotFail(work) ? "" : `F.at = ${from + i}; `;
    if (isNumber(work)) return note + numberText(work, call);
    if (run.calls !== undefined) return run.calls.map((one) => callText(one, give)).join(" ");
    return `${note}${give(run)}(F);`;
  });
  const source = `"use strict"; return function run(F) {
const A = F.arrays, O = F.offsets, P = F.addresses, S = F.scalars;
${lines.join("\n")}
};`;
  const make = new Function("fround", "round16", "load16", "store16", ...names, source);
  return make(Math.fround, round16, float16ToNumber, numberToFloat16, ...values) as Driver;
}

/** Whether a step computes one number. */
const isNumber = (work: Work): work is LoopStep =>
  work.kind === "loop" && work.reduction === undefined && sizeOf(work.shape) === 1;

function numberText({ expression, leaves, out }: LoopStep, call: (called: CalledFunction) => string): string {
  const text = expressionText(
    (k) => {
      const leaf = leaves[k] as View;
      return leaf.dtype === "float16" ? `load16(${elementText(leaf)})` : elementText(leaf);
    },
    call,
    () => undefined,
  );
  const value = text.of(expression);
  return `${elementText(out)} = ${out.dtype === "float16" ? `store16(${value})` : value};`;
}

const callText = ({ kernel, args }: NativeCall, give: (value: unknown) => string): string =>
  `${give(kernel)}(${args
    .map((arg) => {
      if (typeof arg === "number") return numeral(arg);
      if ("slot" in arg) return `P[${arg.slot}]${elementsText(arg, byteSize(arg.dtype))}`;
      return [numeral(arg.times), ...arg.factors.map(elementText)].join(" * ");
    })
    .join(", ")});`;

const numeral = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

const elementText = (view: View): string => `A[${view.slot}][O[${view.slot}]${elementsText(view, 1)}]`;

/** How far a view begins behind the start of its slot, as a sum to be added. */
function elementsText({ offset, terms }: View, size: number): string {
  const fixed = offset === 0 ? "" : ` + ${offset * size}`;
  return fixed + terms.map(({ scalar, times }) => ` + S[${scalar}] * ${times * size}`).join("");
}
