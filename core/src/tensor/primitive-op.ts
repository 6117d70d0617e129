import { BitaleTypeError, isBitaleError } from "../errors.js";
import { Apply, isConstant, Op, type Variable } from "../graph/nodes.js";
import type { NDArray } from "./ndarray.js";
import { inlineText, lengthRole, primitiveText } from "./primitive-text.js";
import type { DimSpec, PrimitiveName, PrimitiveParams } from "./primitives.js";
import type { Dim } from "./shape.js";
import { isTensorType, TensorType } from "./tensor-type.js";
import type { TensorFacts, TypeRule } from "./type-rules/rule.js";
import { typeRules } from "./type-rules/table.js";

const BRAND = Symbol.for("bitale.primitive-op");

/** Primitives whose lengths are only compared at the call, as in Aesara: a graph may be built before its data fit. */
const lateErrors: ReadonlySet<PrimitiveName> = new Set([
  "dot",
  "concatenate",
  "reshape",
  "specifyShape",
  "slice",
  "updateSlice",
]);

/** A primitive with its parameters: the op of almost every Apply of a dense graph. */
export class PrimitiveOp<N extends PrimitiveName = PrimitiveName> extends Op {
  readonly [BRAND] = true;
  override readonly name: N;
  readonly params: PrimitiveParams[N];
  #key: string | undefined;

  constructor(name: N, params: PrimitiveParams[N]) {
    super();
    this.name = name;
    this.params = params;
  }

  override infer(inputs: readonly Variable[]): readonly TensorType[] {
    const arity = this.dataCount(inputs.length);
    const facts = inputs.slice(0, arity).map((input) => this.#facts(input));
    const dims = inputs.slice(arity).map((input) => {
      const { dtype, shape } = this.#facts(input);
      if (shape.length !== 0 || dtype.startsWith("float")) {
        throw new BitaleTypeError("BAD_OPERAND", {
          subject: this.name,
          problem: "a length or start must be an integer scalar",
          got: input.type.toString(),
        });
      }
      return isConstant(input) ? (input.value as NDArray).item() : null;
    });
    const { dtype, shape } = this.#staticFacts(facts, dims);
    return [new TensorType(dtype, shape)];
  }

  /** Static lengths that contradict each other are an error of the call, but for elementwise ops: see `lateErrors`. */
  #staticFacts(facts: readonly TensorFacts[], dims: readonly Dim[]): TensorFacts {
    try {
      return inferFacts(this, facts, dims);
    } catch (error) {
      const late =
        lateErrors.has(this.name) &&
        (isBitaleError(error, "SHAPE_MISMATCH") || isBitaleError(error, "INDEX_OUT_OF_BOUNDS"));
      if (!late) throw error;
      const unknown = facts.map(({ dtype, shape }) => ({ dtype, shape: shape.map(() => null) }));
      return inferFacts(this, unknown, dims);
    }
  }

  #facts(input: Variable): TensorFacts {
    if (isTensorType(input.type)) return input.type;
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: this.name,
      problem: "the operand is no dense tensor",
      got: input.type.toString(),
      cure: "use an op of the plugin that made it, or convert it to a dense tensor",
    });
  }

  /** How many of the operands are data; the rest are lengths and starts. */
  dataCount(operands: number): number {
    return (typeRules[this.name] as TypeRule<N>).arity ?? operands;
  }

  override hostOperands(inputs: readonly Variable[]): { readonly shape: number[]; readonly value: number[] } {
    const result = { shape: [] as number[], value: [] as number[] };
    const lists = (typeRules[this.name] as TypeRule<N>).dims?.(this.params) ?? [];
    let position = this.dataCount(inputs.length);
    for (const { spec, role } of lists) {
      for (const dim of spec) if (dim === "dynamic") result[role].push(position++);
    }
    return result;
  }

  override key(): string {
    this.#key ??= `${this.name} ${JSON.stringify(this.params)}`;
    return this.#key;
  }

  override toString(): string {
    return primitiveText(this.name, this.params);
  }
  override print(operand: (position: number) => string): string {
    const arity = (typeRules[this.name] as TypeRule<N>).arity;
    return arity === undefined
      ? this.toString()
      : primitiveText(this.name, this.params, (i) => operand(arity + i));
  }
  override get lengthRole(): "length" | "arithmetic" | undefined {
    return lengthRole(this.name);
  }
  override inline(operands: readonly string[]): string {
    return inlineText(this.name, this.params, operands);
  }
}

/**
 * Dtype and shape of a primitive's result.
 * @param inputs facts of the data operands
 * @param dims values of the trailing operands, null where unknown
 */
export function inferFacts(
  op: PrimitiveOp,
  inputs: readonly TensorFacts[],
  dims: readonly Dim[],
): TensorFacts {
  const rule = typeRules[op.name] as unknown as TypeRule<PrimitiveName>;
  const lists = fillDims(op, dims);
  if (inputs.length !== (rule.arity ?? inputs.length)) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: op.name,
      problem: `${rule.arity} operands are needed, got ${inputs.length}`,
    });
  }
  return rule.infer(op.params, inputs, lists);
}

/** The lists of lengths of a primitive with its dynamic ones filled in, in the order of its type rule. */
export function fillDims(op: PrimitiveOp, dims: readonly Dim[]): Dim[][] {
  const rule = typeRules[op.name] as unknown as TypeRule<PrimitiveName>;
  let next = 0;
  const fill = (spec: readonly DimSpec[]): Dim[] =>
    spec.map((dim) => (dim === "dynamic" ? (dims[next++] ?? null) : dim));
  return (rule.dims?.(op.params) ?? []).map(({ spec }) => fill(spec));
}

/** Applies a primitive. Operands must be variables of the right dtypes already. */
export function primitive<N extends PrimitiveName>(
  name: N,
  params: PrimitiveParams[N],
  inputs: readonly Variable[],
): Variable<TensorType> {
  return new Apply(new PrimitiveOp(name, params), inputs).output as Variable<TensorType>;
}

/** Whether an op is a primitive (of any copy of core), optionally a given one. */
export function isPrimitive(op: Op | undefined): op is PrimitiveOp;
export function isPrimitive<N extends PrimitiveName>(op: Op | undefined, name: N): op is PrimitiveOp<N>;
export function isPrimitive(op: Op | undefined, name?: string): boolean {
  return op !== undefined && BRAND in op && (name === undefined || op.name === name);
}
