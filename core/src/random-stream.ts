/** Streams of random draws whose generator states are shared variables with default updates. */
import type { SharedVariable } from "./shared/shared-variable.js";
import type { NDArray } from "./tensor/ndarray.js";
import type { TensorVariable } from "./tensor/ops/operands.js";
import {
  type Draw,
  randomBernoulli,
  randomIntegers,
  randomNormal,
  randomPermutation,
  randomState,
  randomUniform,
} from "./tensor/ops/random.js";
import type { TensorType } from "./tensor/tensor-type.js";

/** How a stream makes its states. */
export type MakeShared = (value: NDArray<"uint32">, options: { readonly name: string }) => SharedVariable;

type Options<F extends (state: never, options: never) => Draw> = Parameters<F>[1];

/**
 * Random draws for graphs. Every draw has a generator state of its own, a shared variable whose default update moves
 * it on at each call of a function that uses the draw: calls give new numbers, and two functions with one draw share
 * its stream. The state of a stream is saved and restored through `states`.
 *
 * @example
 * ```ts
 * import { compile, defaultRuntime } from "@bitale/core";
 * const random = defaultRuntime().randomStream(42);
 * const noise = compile([], random.normal({ size: [3] }));
 * console.log(noise().shape); // [3]
 * const [first] = random.states;
 * const start = first!.getValue();
 * const once = noise().toArray();
 * first!.setValue(start);
 * console.log(JSON.stringify(noise().toArray()) === JSON.stringify(once)); // true
 * ```
 */
export class RandomStream {
  readonly #seed: number | bigint;
  readonly #make: MakeShared;
  readonly #states: SharedVariable[] = [];

  /** @param seed equal seeds give equal numbers, draw by draw */
  constructor(seed: number | bigint, make: MakeShared) {
    this.#seed = seed;
    this.#make = make;
  }

  /** The states of the draws so far, in their order: uint32 vectors of length 4. */
  get states(): readonly SharedVariable<TensorType<unknown>>[] {
    return this.#states as unknown as SharedVariable<TensorType<unknown>>[];
  }

  /** Starts every draw anew, as if the stream had just been made with this seed. */
  seed(seed: number | bigint): void {
    this.#states.forEach((state, i) => {
      state.setValue(randomState(seed, i));
    });
  }

  /** Uniform floats in [low, high). */
  uniform(options: Options<typeof randomUniform> = {}): TensorVariable {
    return this.#draw((state) => randomUniform(state, options));
  }
  /** Normal floats. */
  normal(options: Options<typeof randomNormal> = {}): TensorVariable {
    return this.#draw((state) => randomNormal(state, options));
  }
  /** true with probability p. */
  bernoulli(options: Options<typeof randomBernoulli> = {}): TensorVariable {
    return this.#draw((state) => randomBernoulli(state, options));
  }
  /** Integers in [low, high). */
  integers(options: Options<typeof randomIntegers>): TensorVariable {
    return this.#draw((state) => randomIntegers(state, options));
  }
  /** 0 … n-1, or the entries of an axis of x, in random order. */
  permutation(what: Parameters<typeof randomPermutation>[1], axis?: number): TensorVariable {
    return this.#draw((state) => randomPermutation(state, what, axis));
  }

  #draw(sample: (state: TensorVariable) => Draw): TensorVariable {
    const place = this.#states.length;
    const state = this.#make(randomState(this.#seed, place), { name: `random state ${place}` });
    const [next, drawn] = sample(state as unknown as TensorVariable);
    state.defaultUpdate = next;
    this.#states.push(state);
    return drawn;
  }
}
