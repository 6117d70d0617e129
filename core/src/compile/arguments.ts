/** Arguments of a call: matched to the inputs by position or name, checked, and converted to host values. */
import { BitaleTypeError, describeValue } from "../errors.js";
import type { Target } from "../tensor/write-into.js";
import type { InputPlan } from "./interface.js";

/** How a function is called with more than a list of arguments. */
export interface Invocation {
  /** One value for each input, in order; undefined: by name, or the input's own value. */
  readonly args?: readonly unknown[] | undefined;
  /** Values by the names of inputs. */
  readonly named?: Readonly<Record<string, unknown>> | undefined;
  /** Indices or names of the outputs that are wanted; updates are done all the same. */
  readonly outputSubset?: readonly (number | string)[] | undefined;
  /**
   * Arrays that outputs are written into, in the form in which outputs come: one array, a list or a record of them
   * (undefined: a new array). They have the dtype and shape of the output, or are typed arrays of as many elements;
   * they may be arguments, and are written when the call has succeeded.
   */
  readonly into?: Into | undefined;
}

/** Arrays for the outputs of a function, in their form. */
export type Into = Target | readonly (Target | undefined)[] | { readonly [name: string]: Target | undefined };

/**
 * @returns one host value for each input; undefined where the input's own value serves
 * @throws BitaleTypeError MISSING_ARGUMENT, EXTRA_ARGUMENT, BAD_ARGUMENT, and what `Type.filter` throws
 */
export function matchArguments(
  inputs: readonly InputPlan[],
  call: Invocation,
  functionName: string,
  trusted: boolean,
): unknown[] {
  const { args = [], named = {} } = call;
  if (args.length > inputs.length) {
    throw new BitaleTypeError("EXTRA_ARGUMENT", {
      subject: functionName,
      problem: `${args.length} arguments for ${inputs.length} input${inputs.length === 1 ? "" : "s"}`,
      expected: `(${inputs.map((input) => String(input.variable)).join(", ")})`,
    });
  }
  const values: unknown[] = inputs.map((_, i) => args[i]);
  for (const [name, value] of Object.entries(named)) {
    const places = inputs.flatMap((input, i) => (input.name === name ? [i] : []));
    if (places.length !== 1) throw badName(functionName, name, places.length, inputs);
    const place = places[0] as number;
    if (values[place] !== undefined) {
      throw new BitaleTypeError("BAD_ARGUMENT", {
        subject: `argument ${name} of ${functionName}`,
        problem: "it has a value by position and one by name",
      });
    }
    values[place] = value;
  }
  return inputs.map((input, i) => {
    const value = values[i];
    const subject = `argument ${i} (${input.name ?? input.variable}) of ${functionName}`;
    if (value === undefined) {
      if (input.container !== undefined) return undefined;
      throw new BitaleTypeError("MISSING_ARGUMENT", {
        subject,
        problem: "it is missing",
        expected: input.variable.type.toString(),
      });
    }
    if (input.implicit) {
      throw new BitaleTypeError("EXTRA_ARGUMENT", {
        subject,
        problem: "an implicit input takes no argument",
        got: describeValue(value),
        cure: "set its value with setValue()",
      });
    }
    if (trusted) return value;
    const { strict, allowDowncast } = input;
    return input.variable.type.filter(value, { strict, allowDowncast, subject });
  });
}

function badName(
  functionName: string,
  name: string,
  count: number,
  inputs: readonly InputPlan[],
): BitaleTypeError {
  const names = inputs.map((input) => input.name).filter((known) => known !== undefined);
  return new BitaleTypeError("BAD_ARGUMENT", {
    subject: `argument ${name} of ${functionName}`,
    problem: count === 0 ? "no input has this name" : `${count} inputs have this name`,
    expected: names.length === 0 ? "no input has a name" : names.join(", "),
  });
}
