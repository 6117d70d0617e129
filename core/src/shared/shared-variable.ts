import { BitaleTypeError, describeValue } from "../errors.js";
import { Constant, isConstant, isVariable, Variable } from "../graph/nodes.js";
import type { Type } from "../graph/type.js";
import { Container } from "./container.js";

const BRAND = Symbol.for("bitale.shared-variable");

type HostOf<T extends Type> = T extends Type<infer Host, infer _> ? Host : never;
type InternalOf<T extends Type> = T extends Type<infer _, infer Internal> ? Internal : never;

/** A shared variable cannot be unset: null and undefined are compile errors. */
export type Settable<V> = V extends null | undefined ? never : unknown;

export interface GetValueOptions<Host = unknown> {
  /** true: the result may alias the storage. */
  readonly borrow?: boolean;
  /** true: the plugin's own value (a GPU tensor, a path) in place of a host value. */
  readonly returnInternalType?: boolean;
  /**
   * The value is written into this array of the variable's dtype and shape, or typed array of as many elements, seen
   * row-major. (A fresh large array costs many times the copy.)
   */
  readonly into?: Host | ArrayBufferView | undefined;
}

export interface SharedVariableOptions<T extends Type = Type> {
  readonly allowDowncast?: boolean | undefined;
  /** Keep the value's own memory where no cast is needed. */
  readonly borrow?: boolean | undefined;
  /** Look at an existing container's cell; exclusive with value and strict. */
  readonly container?: Container<HostOf<T>, InternalOf<T>> | undefined;
}

/**
 * A variable with storage that every compiled function it appears in sees and updates. Made by `shared()`, or by a
 * plugin's constructor directly.
 */
export class SharedVariable<T extends Type = Type> extends Variable<T> {
  readonly [BRAND] = true;
  readonly container: Container<HostOf<T>, InternalOf<T>>;
  #defaultUpdate: Variable | undefined;

  /**
   * @param strict values that are set are not cast or copied: they must have the right type
   * @param options.container shares the storage of another variable; then value and strict must be undefined
   * @throws BitaleTypeError CONTAINER_AND_VALUE, BAD_OPTION for a container of another type, and what `type.filter` throws
   */
  constructor(
    name: string | undefined,
    type: T,
    value: unknown,
    strict: boolean | undefined,
    options: SharedVariableOptions<T> = {},
  ) {
    super(type, name);
    if (options.container !== undefined) {
      if (value !== undefined || strict !== undefined) {
        throw new BitaleTypeError("CONTAINER_AND_VALUE", {
          subject: name ?? "SharedVariable",
          problem: "a container brings its own value and strictness",
          cure: "pass either a container, or value and strict",
        });
      }
      if (!type.convertible(options.container.type)) {
        throw new BitaleTypeError("BAD_OPTION", {
          subject: name ?? "SharedVariable",
          problem: "the container holds values of another type",
          expected: type.toString(),
          got: options.container.type.toString(),
        });
      }
      this.container = options.container;
      return;
    }
    const own = type as unknown as Type<HostOf<T>, InternalOf<T>>;
    this.container = new Container(own, {
      name,
      strict: strict ?? false,
      allowDowncast: options.allowDowncast,
    });
    this.container.set(value, { borrow: options.borrow ?? false });
  }

  /**
   * The value. By default an independent copy as a host value of the kind that the variable was made from.
   * `borrow`: may alias the storage (dense CPU: it is the storage). `returnInternalType`: the plugin's own value,
   * a copy; with `borrow` the storage itself, always, without a copy. `into`: written into that array, which is
   * returned; nothing is allocated.
   * @throws BitaleTypeError NEEDS_ASYNC where the storage can only be read asynchronously; DISPOSED; for `into`
   * WRONG_DTYPE, WRONG_SHAPE, BAD_VALUE where it is the storage itself, BAD_OPTION where the value is no dense array
   *
   * @example
   * ```ts
   * import { shared } from "@bitale/core";
   * const s = shared([[1, 2], [3, 4]]);
   * const out = new Float32Array(4);
   * s.getValue({ into: out });
   * out.join(); // 1,2,3,4
   * ```
   */
  getValue(options?: GetValueOptions<HostOf<T>> & { readonly returnInternalType?: false }): HostOf<T>;
  getValue(options: GetValueOptions<HostOf<T>> & { readonly returnInternalType: true }): InternalOf<T>;
  getValue(options: GetValueOptions<HostOf<T>>): HostOf<T> | InternalOf<T>;
  getValue(options: GetValueOptions<HostOf<T>> = {}): HostOf<T> | InternalOf<T> {
    const { container } = this;
    this.#checkInto(options);
    const borrow = options.borrow ?? false;
    if (options.returnInternalType === true) {
      return borrow ? container.lend() : container.type.copyInternal(container.internal);
    }
    if (!container.type.syncRead) {
      throw new BitaleTypeError("NEEDS_ASYNC", {
        subject: this.name ?? this.type.toString(),
        problem: `values of ${this.type.toString()} can only be read asynchronously`,
        cure: "await variable.getValueAsync()",
      });
    }
    if (options.into !== undefined) {
      const host = container.type.toHost(container.internal, { borrow: container.type.lock === undefined });
      return container.type.hostInto(host, options.into, this.#intoSubject);
    }
    return container.type.toHost(borrow ? container.lendToHost() : container.internal, { borrow });
  }

  /** As `getValue`, on every backend. */
  async getValueAsync(options: Pick<GetValueOptions<HostOf<T>>, "borrow" | "into"> = {}): Promise<HostOf<T>> {
    const { container } = this;
    const borrow = options.borrow ?? false;
    this.#checkInto(options);
    if (options.into !== undefined) {
      const host = await container.type.toHostAsync(container.internal, {
        borrow: container.type.lock === undefined,
      });
      return container.type.hostInto(host, options.into, this.#intoSubject);
    }
    return container.type.toHostAsync(borrow ? container.lendToHost() : container.internal, { borrow });
  }

  get #intoSubject(): string {
    return `into of ${this.name ?? this.type.toString()}`;
  }

  #checkInto(options: GetValueOptions): void {
    if (options.into === undefined || (options.borrow !== true && options.returnInternalType !== true))
      return;
    throw new BitaleTypeError("BAD_OPTION", {
      subject: this.#intoSubject,
      problem: "a copy is written into it: it goes neither with borrow nor with returnInternalType",
    });
  }

  /**
   * Stores a new value; all functions that use the variable see it at their next call.
   * @param options.borrow keep the value's own memory where no cast is needed; else it is copied
   * @throws BitaleTypeError BAD_VALUE, WRONG_DTYPE, LOSSY_VALUE, WRONG_RANK, WRONG_SHAPE; the old value stays then
   */
  setValue<V>(value: V & Settable<V>, options: { readonly borrow?: boolean } = {}): void {
    this.container.set(value, { borrow: options.borrow });
  }

  /**
   * Stores 0 * value (infinities and NaN give NaN; an array of bools gives integers, which do not fit without
   * `allowDowncast`). With `borrow` every element becomes 0, in the storage itself where its Type can write there.
   * @throws BitaleTypeError NEEDS_ASYNC, DISPOSED, WRONG_DTYPE; the old value stays then
   */
  zero(options: { readonly borrow?: boolean } = {}): void {
    const { container } = this;
    const borrow = options.borrow === true;
    if (borrow && container.type.clear(container.internal)) {
      container.cell.version++;
      return;
    }
    const host = container.type.toHost(container.internal, { borrow: true });
    container.set(borrow ? container.type.clearedLike(host) : container.type.zeroLike(host));
  }

  /** Another variable on the same storage; without the default update. */
  clone(name: string | undefined = this.name): SharedVariable<T> {
    return new SharedVariable(name, this.type, undefined, undefined, { container: this.container });
  }

  /** An expression that replaces the value at every call of a function in which the variable appears. */
  get defaultUpdate(): Variable | undefined {
    return this.#defaultUpdate;
  }
  /** @throws BitaleTypeError UPDATE_TYPE where the expression has another dtype or rank */
  set defaultUpdate(expression: unknown) {
    this.#defaultUpdate =
      expression === undefined || expression === null
        ? undefined
        : asUpdate(this, expression, "default update");
  }

  /** Gives the storage back now, instead of when the variable is collected. */
  dispose(): void {
    this.container.dispose();
  }
}

/** An expression as a new value of a shared variable. @throws BitaleTypeError UPDATE_TYPE */
export const asUpdate = (target: SharedVariable, expression: unknown, what = "update"): Variable =>
  convertUpdate(target.type, expression, `${what} of ${target.name ?? target.type.toString()}`);

/**
 * An expression as a new value for storage of a Type: same dtype and rank; numbers and arrays become constants.
 * @throws BitaleTypeError UPDATE_TYPE, and what `Type.filter` throws for a value
 */
export function convertUpdate(type: Type, expression: unknown, subject: string): Variable {
  const plain = type.plain();
  if (!isVariable(expression) || (isConstant(expression) && expression.weak)) {
    const value = isVariable(expression) ? (expression as Constant).value : expression;
    return new Constant(plain, plain.filter(value, { allowDowncast: false, subject }));
  }
  if (plain.convertible(expression.type)) return expression;
  const adopted = plain.operators.adopt?.(expression);
  if (isVariable(adopted)) return adopted;
  throw new BitaleTypeError("UPDATE_TYPE", {
    subject,
    problem: "the new value must have the dtype and rank of the variable",
    expected: plain.toString(),
    got: `${expression.type.toString()} (${describeValue(expression.toString())})`,
    cure: "cast it (x.astype(dtype)) or reshape it; JS numbers take the dtype of the tensor that they meet",
  });
}

/** Whether `value` is a shared variable of any copy of core. */
export function isSharedVariable(value: unknown): value is SharedVariable {
  return typeof value === "object" && value !== null && BRAND in value;
}
