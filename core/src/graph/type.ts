import { BitaleTypeError } from "../errors.js";

/** How strictly a value is taken (rules of `SharedVariable` and of function inputs). */
export interface FilterOptions {
  /** true: the value must have the right type already; it is neither cast nor copied. */
  readonly strict?: boolean | undefined;
  /** true: any cast goes; false: only casts that lose nothing; undefined: as false, but JS floats fit `floatX`. */
  readonly allowDowncast?: boolean | undefined;
  /** Who is being set, for error texts. */
  readonly subject?: string | undefined;
}

/** Whether the receiver may keep the very memory that it is given. */
export interface BorrowOptions {
  readonly borrow: boolean;
}

const BRAND = Symbol.for("bitale.type");

/**
 * How storage is used that other threads see. A call takes the locks of all such variables that it reads or updates,
 * the lowest first, before it reads anything, and gives them back when its results are stored or it has failed.
 */
export interface StorageLock<Internal = unknown> {
  readonly order: number;
  /** Waits until nobody else is in; the same thread may enter again. */
  enter(internal: Internal): void;
  leave(internal: Internal): void;
}

/** A rich operation that a Type takes over for its variables, such as `dot` of a sparse matrix. */
export type Operator = (...operands: readonly unknown[]) => unknown;

/**
 * What a variable may hold. A Type has two faces: the *host value* that users hand over and get back (`Host`: an
 * `NDArray`, a `CsrMatrix`), and the *internal value* that a storage cell keeps (`Internal`: a view of an arena, a
 * GPU buffer, a path). A plain Type keeps the host value itself; a plugin's Type overrides the storage methods.
 */
export abstract class Type<Host = unknown, Internal = unknown> {
  readonly [BRAND] = true;
  /** What ops see: variables of one kind are interchangeable in a graph ("tensor", "sparse", …). */
  abstract readonly kind: string;
  /** Id of the plugin that made this Type; undefined: core's own, a host value without storage. */
  readonly backend: string | undefined = undefined;
  /** Where internal values live. "host": every host backend can read them as they are. */
  readonly residence: string = "host";
  /** Whether `toHost` works; false: only `toHostAsync` does (a GPU). */
  readonly syncRead: boolean = true;
  /**
   * Rich operations that this Type brings for its variables, by the name of the core function. `adopt` converts an
   * expression of another Type that becomes a new value of this one (undefined: it cannot).
   */
  readonly operators: Readonly<Record<string, Operator>> = {};

  /**
   * There where other threads see the storage: then it is never replaced but written to, by `assign`, which must take
   * every value of this Type.
   */
  readonly lock: StorageLock<Internal> | undefined = undefined;

  /** Checks a value and converts it to this Type's host value. Throws a TypeError; never changes the value. */
  abstract filter(value: unknown, options?: FilterOptions): Host;
  /** Same kind and same static facts (dtype, shape, format), whatever the storage. */
  abstract equals(other: Type): boolean;
  /** Whether every value of `other` is a value of this Type (it may be more general in lengths). */
  abstract accepts(other: Type): boolean;
  /**
   * Whether a variable of `other` may become a value of this Type once its lengths are checked at the call: the same
   * dtype and rank, no static length that contradicts.
   */
  convertible(other: Type): boolean {
    return this.accepts(other);
  }
  /** The Type of the same values without a storage: what ops compute with. */
  abstract plain(): Type;
  abstract toString(): string;
  /** The same in short, for prints of graphs: `float32 [?, 10]`. */
  get label(): string {
    return this.toString();
  }

  /** Whether `value` is an internal value of this Type. */
  isInternal(_value: unknown): _value is Internal {
    return false;
  }
  /** Checks an internal value that a user hands over, as `filter` does for host values. */
  filterInternal(value: Internal, _options?: FilterOptions): Internal {
    return value;
  }
  /** Host value (already filtered) to internal value. With `borrow` it may keep the memory, else it never does. */
  fromHost(host: Host, options: BorrowOptions): Internal {
    return (options.borrow ? host : this.copyInternal(host as unknown as Internal)) as unknown as Internal;
  }
  /** Internal value to host value. With `borrow` it may alias, else it never does. */
  toHost(internal: Internal, options: BorrowOptions): Host {
    return (options.borrow ? internal : this.copyInternal(internal)) as unknown as Host;
  }
  /** As `toHost` for storage that can only be read asynchronously. */
  toHostAsync(internal: Internal, options: BorrowOptions): Promise<Host> {
    return Promise.resolve(this.toHost(internal, options));
  }
  /**
   * Writes a host value into an array of the caller's own, which shares no memory with it.
   * @returns the array as a host value
   */
  hostInto(_host: Host, _into: unknown, subject: string): Host {
    throw new BitaleTypeError("BAD_OPTION", {
      subject,
      problem: `values of ${this.toString()} cannot be written into an array`,
      cure: "leave `into` out",
    });
  }
  /** An independent copy of an internal value. */
  abstract copyInternal(internal: Internal): Internal;
  /** Concrete lengths of an internal value, without reading its data. */
  abstract shapeOf(internal: Internal): readonly number[];
  /**
   * Writes a filtered host value into existing storage where that saves an allocation; false: not possible. Called
   * only while nobody has borrowed the storage.
   */
  assign(_internal: Internal, _host: Host): boolean {
    return false;
  }
  /** Writes zeros into the storage itself; false: not possible. */
  clear(_internal: Internal): boolean {
    return false;
  }
  /** Gives the storage of a value back; called when no cell and no borrower holds it any more. */
  release(_internal: Internal): void {}
  /** The host value with every element 0: what `SharedVariable.zero` stores where `clear` cannot write. */
  clearedLike(host: Host): Host {
    return this.zeroLike(host);
  }
  /** The host value "0 * value": what `SharedVariable.zero` stores, by the rules of `filter`. */
  zeroLike(_host: Host): Host {
    throw new BitaleTypeError("BAD_VALUE", {
      subject: this.toString(),
      problem: "values of this type have no zero",
    });
  }
}

/** Whether `value` is a Type of any copy of core. */
export function isType(value: unknown): value is Type {
  return typeof value === "object" && value !== null && BRAND in value;
}
