/** What was measured of a function that was compiled with `profile: true`. */
import type {
  Measured,
  OpProfile,
  PhaseProfile,
  ProfileData,
  ProfileLine,
  RegionProfile,
  TransferProfile,
} from "./profile-data.js";
import { profileTable } from "./profile-table.js";

type Raw<T> = Omit<T, keyof ProfileLine> & { readonly counter: Measured };

/** Where the figures come from. */
export interface ProfileSource {
  readonly name: string;
  readonly calls: () => { readonly calls: number; readonly time: number; readonly compiling: number };
  readonly phases: () => readonly PhaseProfile[];
  readonly regions: () => readonly Raw<RegionProfile>[];
  readonly transfers: () => readonly Raw<TransferProfile>[];
  readonly works: () => readonly Raw<OpProfile>[];
  readonly reset: () => void;
}

/**
 * The profile of a compiled function; it goes on counting with every call.
 *
 * @example
 * ```ts
 * import { compile, vector } from "@bitale/core";
 * const x = vector("x");
 * const f = compile([x], x.exp().sum(), { profile: true });
 * f([1, 2, 3]);
 * console.log(f.profile?.calls); // 1
 * console.log(f.profile?.table());
 * ```
 */
export class FunctionProfile implements ProfileData {
  readonly #source: ProfileSource;
  constructor(source: ProfileSource) {
    this.#source = source;
  }

  get name(): string {
    return this.#source.name;
  }
  get calls(): number {
    return this.#source.calls().calls;
  }
  get time(): number {
    const { time, compiling } = this.#source.calls();
    return Math.max(0, time - compiling);
  }
  get compile(): readonly PhaseProfile[] {
    return this.#source.phases();
  }
  get regions(): readonly RegionProfile[] {
    return this.#lines(this.#source.regions());
  }
  get transfers(): readonly TransferProfile[] {
    return this.#lines(this.#source.transfers());
  }
  /** Kernels, the one that took longest first; of backends that time what is in their regions. */
  get ops(): readonly OpProfile[] {
    return this.#lines(this.#source.works()).sort((a, b) => b.time - a.time);
  }
  get rest(): number {
    const inside = [...this.#source.regions(), ...this.#source.transfers()];
    return Math.max(0, this.time - inside.reduce((sum, { counter }) => sum + counter.time, 0));
  }

  #lines<T extends ProfileLine>(raw: readonly Raw<T>[]): T[] {
    const whole = this.time;
    return raw.map(({ counter, ...rest }) => {
      const { calls, time, bytes } = counter;
      return { ...rest, calls, time, bytes, share: whole === 0 ? 0 : time / whole } as unknown as T;
    });
  }

  /** Sets all figures of calls back to zero; those of compiling stay. */
  reset(): void {
    this.#source.reset();
  }
  toJSON(): ProfileData {
    const { name, calls, time, compile, regions, transfers, ops, rest } = this;
    return { name, calls, time, compile, regions, transfers, ops, rest };
  }
  /**
   * The profile as aligned text.
   * @param options.ops how many kernels to list (default 20)
   */
  table(options: { readonly ops?: number } = {}): string {
    return profileTable(this.toJSON(), options.ops ?? 20);
  }
  toString(): string {
    return this.table();
  }
}
