/**
 * Arguments that need no conversion: arrays of the right dtype, and numbers for scalars. Everything else goes through
 * `arguments.ts`, which knows all the rules and all the errors.
 */
import type { HostMemory } from "../plugin/contract.js";
import type { DType } from "../tensor/dtype.js";
import { floatX } from "../tensor/float-x.js";
import { NDArray } from "../tensor/ndarray.js";
import type { Shape } from "../tensor/shape.js";
import { TensorType } from "../tensor/tensor-type.js";
import type { Linked } from "./linked.js";

interface QuickInput {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly allowDowncast: boolean | undefined;
  /** Takes a number of this call; undefined: numbers are converted in the long way. */
  readonly holder: NDArray | undefined;
}

/** Checks the arguments of one function. The list that it returns is used again at the next call. */
export class QuickArguments {
  readonly #inputs: readonly QuickInput[];
  readonly #values: unknown[];

  private constructor(inputs: readonly QuickInput[]) {
    this.#inputs = inputs;
    this.#values = inputs.map(() => undefined);
  }

  /** undefined where an input has a Type or a rule of its own. */
  static of({ graph }: Linked, memory: HostMemory): QuickArguments | undefined {
    const { inputs, outputPlans } = graph;
    const simple = inputs.every(
      ({ variable, container }) => container === undefined && variable.type.constructor === TensorType,
    );
    if (!simple) return undefined;
    // A borrowed output may be an argument itself.
    const numbers = outputPlans.every(({ borrow }) => !borrow);
    return new QuickArguments(
      inputs.map(({ variable, strict, allowDowncast }) => {
        const { dtype, shape } = variable.type as TensorType;
        const held = numbers && !strict && shape.length === 0 && heldDTypes.has(dtype);
        return { dtype, shape, allowDowncast, holder: held ? memory.allocate([], dtype) : undefined };
      }),
    );
  }

  /** @returns one host value for each input; undefined where an argument has to be looked at more closely */
  accept(args: readonly unknown[]): readonly unknown[] | undefined {
    const inputs = this.#inputs;
    if (args.length !== inputs.length) return undefined;
    for (let i = 0; i < inputs.length; i++) {
      const value = args[i];
      const input = inputs[i] as QuickInput;
      if (value instanceof NDArray) {
        if (value.dtype !== input.dtype || !isOfShape(value.shape, input.shape)) return undefined;
        this.#values[i] = value;
      } else if (typeof value === "number" && input.holder !== undefined && takeNumber(input, value)) {
        this.#values[i] = input.holder;
      } else return undefined;
    }
    return this.#values;
  }

  /** Forgets the arguments: they are the caller's. */
  forget(): void {
    for (let i = 0; i < this.#values.length; i++) this.#values[i] = undefined;
  }
}

const heldDTypes: ReadonlySet<DType> = new Set([
  ...(["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"] as const),
]);

/** Puts a number into the holder, where the dtype takes it as it is. */
function takeNumber({ dtype, allowDowncast, holder }: QuickInput, value: number): boolean {
  const { data } = holder as NDArray;
  if (dtype === "int64") {
    if (!Number.isSafeInteger(value)) return false;
    data[0] = BigInt(value) as never;
    return true;
  }
  data[0] = value as never;
  if (dtype === "float64") return true;
  if (dtype !== "float32") return data[0] === value;
  return (
    allowDowncast === true || (allowDowncast === undefined && dtype === floatX()) || Object.is(data[0], value)
  );
}

function isOfShape(lengths: readonly number[], shape: Shape): boolean {
  if (lengths.length !== shape.length) return false;
  for (let i = 0; i < shape.length; i++) if (shape[i] !== null && shape[i] !== lengths[i]) return false;
  return true;
}
