/** Calls of native functions as steps. */
import { addressOf, type Frame, type NativeCall, numberOf, type Step } from "./frame.js";

const prepared = ({ kernel, args }: NativeCall): ((frame: Frame) => void) => {
  const values = args.map((arg) => (typeof arg === "number" ? arg : 0));
  const views = args.flatMap((arg, at) =>
    typeof arg !== "number" && "slot" in arg ? [{ at, view: arg }] : [],
  );
  const numbers = args.flatMap((arg, at) =>
    typeof arg !== "number" && "times" in arg ? [{ at, number: arg }] : [],
  );
  return (frame) => {
    for (const { at, view } of views) values[at] = addressOf(frame, view);
    for (const { at, number } of numbers) values[at] = numberOf(frame, number);
    kernel(...values);
  };
};

/** Calls as a step of a program. */
export function nativeStep(calls: readonly NativeCall[]): Step {
  const runs = calls.map(prepared);
  const [first] = runs;
  const run =
    first !== undefined && runs.length === 1
      ? first
      : (frame: Frame): void => {
          for (const one of runs) one(frame);
        };
  return Object.assign(run, { calls });
}
