import { BitaleTypeError } from "../errors.js";
import type { Type } from "../graph/type.js";

/** The one cell that keeps the storage of a shared variable; several containers may look at one cell. */
export interface StorageCell<Internal = unknown> {
  /** undefined after `dispose`. */
  value: Internal | undefined;
  /** Goes up with every change: who computed from an older one can tell. */
  version: number;
  /** Somebody outside holds the storage (a borrowed view, a user's own array): it is never recycled. */
  lent: boolean;
}

export interface ContainerOptions {
  readonly name?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly allowDowncast?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
}

/**
 * A storage cell with the rules for what may be put into it. Every function that a shared variable appears in reads
 * and replaces the value of the same cell.
 */
export class Container<Host = unknown, Internal = unknown> {
  readonly type: Type<Host, Internal>;
  readonly name: string | undefined;
  readonly strict: boolean;
  readonly allowDowncast: boolean | undefined;
  readonly readOnly: boolean;
  readonly cell: StorageCell<Internal>;

  /** @param cell an existing cell to look at; by default a new, empty one */
  constructor(
    type: Type<Host, Internal>,
    options: ContainerOptions = {},
    cell: StorageCell<Internal> = { value: undefined, version: 0, lent: false },
  ) {
    this.type = type;
    this.name = options.name;
    this.strict = options.strict ?? false;
    this.allowDowncast = options.allowDowncast;
    this.readOnly = options.readOnly ?? false;
    this.cell = cell;
  }

  /**
   * Stores a value: host values are filtered, internal values of this Type checked.
   * @param options.borrow keep the very memory where no cast is needed; else the value is copied
   * @throws BitaleTypeError READ_ONLY, BAD_VALUE and what `Type.filter` throws; the old value stays then
   */
  set(value: unknown, options: { readonly borrow?: boolean | undefined } = {}): void {
    const subject = `container ${this.name ?? "(unnamed)"}`;
    if (this.readOnly) {
      throw new BitaleTypeError("READ_ONLY", { subject, problem: "this container cannot be set" });
    }
    if (value === null || value === undefined) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject,
        problem: "a shared variable cannot be unset",
        expected: this.type.toString(),
        got: String(value),
      });
    }
    const borrow = options.borrow ?? false;
    const rules = { strict: this.strict, allowDowncast: this.allowDowncast, subject };
    if (this.type.isInternal(value)) {
      const internal = this.type.filterInternal(value, rules);
      if (this.#write(internal)) return;
      this.replace(borrow ? internal : this.type.copyInternal(internal), borrow);
      return;
    }
    const host = this.type.filter(value, rules);
    const { cell } = this;
    if (this.#write(host as unknown as Internal)) return;
    if (!borrow && !cell.lent && cell.value !== undefined && this.type.assign(cell.value, host)) {
      cell.version++;
      return;
    }
    this.replace(this.type.fromHost(host, { borrow }), borrow);
  }

  /** Puts an internal value in, unchecked, and gives the old one back to its Type. */
  replace(internal: Internal, lent = false): void {
    const old = this.swap(internal, lent);
    if (old !== undefined) this.type.release(old);
  }

  /**
   * Puts an internal value in, unchecked; cannot fail.
   * @returns the old value, if nobody else holds it: it is to be given back to the Type
   */
  swap(internal: Internal, lent = false): Internal | undefined {
    const { cell } = this;
    if (this.#write(internal)) return undefined;
    const old = cell.value;
    const recycle = old !== undefined && old !== internal && !cell.lent;
    cell.value = internal;
    cell.version++;
    cell.lent = lent;
    return recycle ? old : undefined;
  }

  /** Writes into storage that other threads see; false: it is not of that kind. */
  #write(value: Internal): boolean {
    const { cell, type } = this;
    const { lock } = type;
    if (lock === undefined || cell.value === undefined) return false;
    lock.enter(cell.value);
    try {
      type.assign(cell.value, value as unknown as Host);
      cell.version++;
    } finally {
      lock.leave(cell.value);
    }
    return true;
  }

  /** The internal value. @throws BitaleTypeError DISPOSED */
  get internal(): Internal {
    const { value } = this.cell;
    if (value !== undefined) return value;
    throw new BitaleTypeError("DISPOSED", {
      subject: `container ${this.name ?? "(unnamed)"}`,
      problem: "its storage was given back by dispose()",
      cure: "set a value again, or do not dispose a variable that is still used",
    });
  }

  /** The internal value for somebody who may keep it. */
  lend(): Internal {
    const value = this.internal;
    this.cell.lent = true;
    return value;
  }

  /** The internal value for a host value that may alias it; storage that is not on the host cannot be aliased. */
  lendToHost(): Internal {
    return this.type.residence === "host" ? this.lend() : this.internal;
  }

  /** The host value; aliases the storage where that is the host value. Setting it filters and borrows. */
  get value(): Host {
    return this.type.toHost(this.lendToHost(), { borrow: true });
  }
  set value(value: unknown) {
    this.set(value, { borrow: true });
  }

  /** Gives the storage back now. Setting a value makes the container usable again. */
  dispose(): void {
    const { cell } = this;
    const old = cell.value;
    cell.value = undefined;
    cell.version++;
    if (old !== undefined && !cell.lent) this.type.release(old);
    cell.lent = false;
  }
}
