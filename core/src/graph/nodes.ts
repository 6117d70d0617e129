/**
 * The nodes of a graph: Variable, Constant, Apply, Op. They refer to each other, so they share a file. Nodes are
 * immutable but for a variable's name.
 */
import { type CreationTrace, captureTrace } from "./creation-trace.js";
import { isType, type Type } from "./type.js";

const VARIABLE = Symbol.for("bitale.variable");
const CONSTANT = Symbol.for("bitale.constant");
let serial = 0;

/** A value that is not known yet: an input, or the result of an Apply. */
export class Variable<T extends Type = Type> {
  readonly [VARIABLE] = true;
  /** Unique in the process; orders prints and walks. */
  readonly id: number = serial++;
  readonly type: T;
  name: string | undefined;
  /** The Apply that computes this variable; undefined for inputs, constants and shared variables. */
  readonly owner: Apply | undefined;
  /** Which output of its owner this is. */
  readonly position: number;

  constructor(type: T, name?: string, owner?: Apply, position = 0) {
    this.type = type;
    this.name = name;
    this.owner = owner;
    this.position = position;
  }

  toString(): string {
    if (this.name !== undefined) return this.name;
    if (this.owner !== undefined) return `${this.owner.op.toString()}.${this.position}`;
    return `<${this.type.toString()}>`;
  }
}

/** A variable with a value that never changes. Its data are not copied: do not write to them. */
export class Constant<T extends Type = Type, V = unknown> extends Variable<T> {
  readonly [CONSTANT] = true;
  readonly value: V;
  /** A literal written as a JS number or bigint: it takes the dtype of the tensor that it meets. */
  readonly weak: boolean;
  constructor(type: T, value: V, options: { name?: string | undefined; weak?: boolean } = {}) {
    super(type, options.name);
    this.value = value;
    this.weak = options.weak ?? false;
  }
  override toString(): string {
    if (this.name !== undefined) return this.name;
    const data = (this.value as { data?: ArrayLike<unknown>; shape?: readonly number[] }).data;
    if (data !== undefined && data.length === 1) {
      return data instanceof Float32Array ? shortest(data[0] as number) : String(data[0]);
    }
    return `Constant<${this.type.toString()}>`;
  }
}

/** The shortest decimal number that is this float32: 0.1, not 0.10000000149011612. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(value);
}

/** What computes: knows the types of its results from the types of its operands. */
export abstract class Op {
  /** The standard name of the operation, as `debugPrint` shows it. */
  abstract readonly name: string;
  /** Id of the plugin that alone can run this op; undefined: a primitive that any backend may offer. */
  readonly backend: string | undefined = undefined;

  /** Checks operands and returns the types of the outputs. */
  abstract infer(inputs: readonly Variable[]): readonly Type[];
  /** Two ops with the same key compute the same function (used to merge equal nodes). */
  abstract key(): string;
  /**
   * Positions of operands that must be numbers on the host before the op runs (lengths, starts of slices).
   * Those in `shape` decide the lengths of the result, those in `value` do not.
   */
  hostOperands(_inputs: readonly Variable[]): {
    readonly shape: readonly number[];
    readonly value: readonly number[];
  } {
    return NO_HOST_OPERANDS;
  }
  /**
   * Gradients of a cost with respect to the inputs, given those with respect to the outputs; undefined: no path.
   * Core's primitives have theirs in a typed table; ops of plugins override this.
   */
  gradient(
    _apply: Apply,
    _outputGradients: readonly (Variable | undefined)[],
  ): readonly (Variable | undefined)[] | undefined {
    return undefined;
  }
  /**
   * Concrete lengths of the outputs, for ops of plugins.
   * @param inputShapes lengths of all operands, host operands too
   * @param lengths values of the `shape` host operands, in order
   */
  outputShapes(
    _inputShapes: readonly (readonly number[])[],
    _lengths: readonly number[],
  ): readonly (readonly number[])[] {
    throw new TypeError(`${this.name} does not say its output shapes`);
  }
  /**
   * Runs the op, for ops of plugins. The results must be fresh: they alias no input.
   * @param inputs values of the operands that are not host operands: NDArrays for dense ones, the plugin's own else
   * @param scalars values of the host operands, in the order of the operands
   */
  perform(_inputs: readonly unknown[], _scalars: readonly number[]): readonly unknown[] {
    throw new TypeError(`${this.name} has no perform`);
  }

  /**
   * How an application of the op reads in a print. An operand that is asked for is put into the text (a length:
   * `reshape{shape=[x.shape[0], 2]}`) and gets no line of its own.
   */
  print(_operand: (position: number) => string): string {
    return this.toString();
  }
  /**
   * What the op is among lengths: "length" reads one, "arithmetic" computes with them; then `inline` writes it.
   */
  get lengthRole(): "length" | "arithmetic" | undefined {
    return undefined;
  }
  /** Graphs inside of the op, for prints: what a loop does at each step. */
  get innerGraphs(): readonly {
    readonly inputs: readonly Variable[];
    readonly outputs: readonly Variable[];
  }[] {
    return NO_GRAPHS;
  }
  /** The result as part of an expression: `x.shape[0]`, `n * 2`. @param operands the operands as text */
  inline(operands: readonly string[]): string {
    return `${this.toString()}(${operands.join(", ")})`;
  }

  /** Applies the op to variables and returns the new node. */
  apply(inputs: readonly Variable[]): Apply {
    return new Apply(this, inputs);
  }

  toString(): string {
    return this.name;
  }
}

const NO_GRAPHS = [] as const;
const NO_HOST_OPERANDS = { shape: [], value: [] } as const;

/** One application of an op to variables. */
export class Apply {
  readonly id: number = serial++;
  readonly op: Op;
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
  /** Where the node was made; undefined where `creationTrace` is off. */
  readonly trace: CreationTrace | undefined = captureTrace();

  constructor(op: Op, inputs: readonly Variable[]) {
    this.op = op;
    this.inputs = Object.freeze([...inputs]);
    this.outputs = Object.freeze(
      op.infer(inputs).map((type, index) => new Variable(type, undefined, this, index)),
    );
  }

  /** The first output: most ops have just one. */
  get output(): Variable {
    return this.outputs[0] as Variable;
  }

  toString(): string {
    return `${this.op.toString()}(${this.inputs.map(String).join(", ")})`;
  }
}

/** Whether `value` is a Variable of any copy of core. */
export function isVariable(value: unknown): value is Variable {
  return (
    typeof value === "object" &&
    value !== null &&
    VARIABLE in value &&
    isType((value as unknown as Variable).type)
  );
}

/** Whether `value` is a Constant of any copy of core. */
export function isConstant(value: unknown): value is Constant {
  return isVariable(value) && CONSTANT in value;
}
