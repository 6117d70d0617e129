/** Inputs and outputs with their own rules: `In` and `Out`, and the checked form that the steps work with. */
import { BitaleTypeError, describeValue } from "../errors.js";
import { isConstant, isVariable, type Variable } from "../graph/nodes.js";
import { Container } from "../shared/container.js";
import { convertUpdate, isSharedVariable } from "../shared/shared-variable.js";

export interface InOptions {
  /** Name for calls and containers; by default the variable's. */
  readonly name?: string | undefined;
  /**
   * Used when no argument is given. With `update` it is private state that is kept between calls. A container (of
   * another function) shares that function's state.
   */
  readonly value?: unknown;
  /** New value of the state, computed at every call. */
  readonly update?: unknown;
  /** The function may overwrite the argument's memory (default: whether there is an update). */
  readonly mutable?: boolean | undefined;
  /** Results may alias the argument's memory (default: as `mutable`). */
  readonly borrow?: boolean | undefined;
  readonly strict?: boolean | undefined;
  readonly allowDowncast?: boolean | undefined;
  /** No argument: only its value or state is used (default: whether the value is a container). */
  readonly implicit?: boolean | undefined;
}

/**
 * An input with rules of its own.
 *
 * @example
 * ```ts
 * import { compile, In, scalar } from "@bitale/core";
 * const [x, total] = [scalar("x"), scalar("total")];
 * const f = compile([x, new In(total, { value: 0, update: total.add(x) })], total);
 * f(2);
 * f(3).item(); // 2
 * f.value("total"); // 5, as an NDArray
 * ```
 */
export class In<V extends Variable = Variable> {
  readonly variable: V;
  readonly options: InOptions;
  constructor(variable: V, options: InOptions = {}) {
    this.variable = variable;
    this.options = options;
  }
}

/** An output with rules of its own. */
export class Out<V extends Variable = Variable> {
  readonly variable: V;
  /**
   * May alias storage: no copy where the value is there already. A result may be the function's own memory, which its
   * next call writes over.
   */
  readonly borrow: boolean;
  /** The backend's own value instead of a host value (then a GPU need not be waited for). */
  readonly returnInternalType: boolean;
  constructor(
    variable: V,
    options: { readonly borrow?: boolean; readonly returnInternalType?: boolean } = {},
  ) {
    this.variable = variable;
    this.borrow = options.borrow ?? false;
    this.returnInternalType = options.returnInternalType ?? false;
  }
}

/** An input after checking. */
export interface InputPlan {
  readonly variable: Variable;
  readonly name: string | undefined;
  readonly strict: boolean;
  readonly allowDowncast: boolean | undefined;
  readonly implicit: boolean;
  readonly borrow: boolean;
  /** Default value, or state. */
  readonly container: Container | undefined;
  readonly update: Variable | undefined;
}

/** An output after checking. */
export interface OutputPlan {
  readonly borrow: boolean;
  readonly internal: boolean;
}

/** @throws BitaleTypeError BAD_INPUT, SHARED_AS_INPUT, DUPLICATE_INPUT, BAD_OPTION, UPDATE_TYPE */
export function planInputs(inputs: unknown, allowDowncast: boolean | undefined): InputPlan[] {
  if (!Array.isArray(inputs)) {
    throw new BitaleTypeError("BAD_INPUT", {
      subject: "compile()",
      problem: "inputs must be a list",
      expected: "compile([x, y], …)",
      got: describeValue(inputs),
    });
  }
  const seen = new Set<Variable>();
  return inputs.map((given: unknown, i) => {
    const variable: unknown = given instanceof In ? given.variable : given;
    const subject = `input ${i}${isVariable(variable) ? ` (${variable})` : ""}`;
    if (!isVariable(variable)) {
      throw new BitaleTypeError("BAD_INPUT", {
        subject,
        problem: "not a variable",
        got: describeValue(variable),
      });
    }
    if (isSharedVariable(variable)) {
      throw new BitaleTypeError("SHARED_AS_INPUT", {
        subject,
        problem: "a shared variable cannot be an explicit input: functions read its storage by themselves",
        cure: "leave it out of the inputs; to feed another value at a call, exchange it with an input through givens",
      });
    }
    if (isConstant(variable))
      throw new BitaleTypeError("BAD_INPUT", { subject, problem: "a constant cannot be an input" });
    if (seen.has(variable))
      throw new BitaleTypeError("DUPLICATE_INPUT", { subject, problem: "the same input stands twice" });
    seen.add(variable);
    return planInput(variable, given instanceof In ? given.options : { allowDowncast }, subject);
  });
}

const inOptions: ReadonlySet<string> = new Set<keyof InOptions>([
  "name",
  "value",
  "update",
  "mutable",
  "borrow",
  "strict",
  "allowDowncast",
  "implicit",
]);

function planInput(variable: Variable, options: InOptions, subject: string): InputPlan {
  const refuse = (problem: string, cure?: string): never => {
    throw new BitaleTypeError("BAD_OPTION", { subject, problem, cure });
  };
  const stray = Object.keys(options).find((option) => !inOptions.has(option));
  if (stray !== undefined) refuse(`${stray} is no option of In`, `use ${[...inOptions].join(", ")}`);
  const { value, update, strict, allowDowncast } = options;
  const mutable = options.mutable ?? update !== undefined;
  if (mutable && options.borrow === false)
    refuse("a mutable input is borrowed", "leave borrow out, or set mutable to false");
  if (options.implicit === true && value === undefined) refuse("an implicit input needs a value");
  if (update !== undefined && value === undefined)
    refuse("an input with an update needs a value to start from");
  if (isSharedVariable(value)) {
    refuse("a shared variable cannot be the value of an input", "use givens, or pass its container");
  }
  const name = options.name ?? variable.name;
  const plain = variable.type.plain();
  const shared = value instanceof Container;
  if (shared && !plain.accepts((value as Container).type))
    refuse("the container holds values of another type");
  let container: Container | undefined;
  if (shared) container = value as Container;
  else if (value !== undefined) {
    container = new Container(plain, { name, strict, allowDowncast });
    container.set(value);
  }
  return {
    variable,
    name,
    strict: strict ?? false,
    allowDowncast,
    implicit: options.implicit ?? shared,
    borrow: options.borrow ?? mutable,
    container,
    update: update === undefined ? undefined : convertUpdate(variable.type, update, `update of ${subject}`),
  };
}

/** @throws BitaleTypeError BAD_OUTPUT */
export function planOutputs(outputs: readonly unknown[]): { variables: Variable[]; plans: OutputPlan[] } {
  const plans = outputs.map(
    (output): OutputPlan =>
      output instanceof Out
        ? { borrow: output.borrow, internal: output.returnInternalType }
        : { borrow: false, internal: false },
  );
  const variables = outputs.map((output, i) => {
    const variable: unknown = output instanceof Out ? output.variable : output;
    if (isVariable(variable)) return variable;
    throw new BitaleTypeError("BAD_OUTPUT", {
      subject: `output ${i}`,
      problem: "outputs must be variables",
      expected: "a variable, a list or a record of variables, or null",
      got: describeValue(variable),
    });
  });
  return { variables, plans };
}
