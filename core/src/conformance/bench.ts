/** The bench of one case: a runtime with one plugin, and the ways to check it. */
import { type ErrorCode, isBitaleError } from "../errors.js";
import type { Runtime } from "../runtime.js";
import { isNDArray } from "../tensor/ndarray.js";
import { type Bench, ConformanceFailure, type Subject } from "./case.js";

/** JSON has no bigints, no NaN and no -0. */
function elementText(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A host value for the text of a failure. */
export const showValue = (value: unknown): string =>
  isNDArray(value) ? `${value} ${JSON.stringify(value.toArray(), elementText)}` : String(value);

function refuses(what: string, body: () => unknown, ...codes: readonly ErrorCode[]): void {
  const expected = codes.length === 0 ? "an error with a code" : codes.join(" or ");
  try {
    body();
  } catch (error) {
    if (!isBitaleError(error)) throw new ConformanceFailure(what, expected, String(error));
    if (codes.length === 0 || codes.includes(error.code)) return;
    throw new ConformanceFailure(what, expected, error.code);
  }
  throw new ConformanceFailure(what, expected, "no error");
}

export function benchOf(subject: Subject, runtime: Runtime): Bench {
  const { fixture, dtype } = subject;
  return {
    ...subject,
    runtime,
    value: (variant = 0) => fixture.make(dtype, variant),
    make: (value, options = {}) => runtime.shared(value, { ...fixture.kwargs, ...options } as never),
    read: async (variable, borrow = false) =>
      variable.type.syncRead ? variable.getValue({ borrow }) : variable.getValueAsync({ borrow }),
    same: (what, got, expected) => {
      if (!fixture.same(got, expected)) {
        throw new ConformanceFailure(what, showValue(expected), showValue(got));
      }
    },
    holds: (what, condition, expected, got) => {
      if (!condition) throw new ConformanceFailure(what, expected, String(got));
    },
    refuses,
  };
}
