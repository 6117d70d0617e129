/**
 * Free ranges of a block that grows at its end. Taking and giving back cost time in the number of different lengths,
 * not in the number of ranges.
 */
export class Holes {
  /** Where free ranges start, by length. */
  readonly #byLength = new Map<number, Set<number>>();
  readonly #lengthAt = new Map<number, number>();
  /** Start of the free range that ends at a place. */
  readonly #startOf = new Map<number, number>();
  /** Length of the block so far. */
  end = 0;

  /** A range of so many bytes: the smallest hole that holds it, else the end of the block. */
  take(length: number): number {
    let best = Number.POSITIVE_INFINITY;
    if (this.#byLength.has(length)) best = length;
    else for (const known of this.#byLength.keys()) if (known > length && known < best) best = known;
    if (best === Number.POSITIVE_INFINITY) return this.#grow(length);
    const [start] = this.#byLength.get(best) as Set<number>;
    this.#remove(start as number);
    if (best > length) this.#add((start as number) + length, best - length);
    return start as number;
  }

  /** Gives a range back; free neighbours become one. */
  give(start: number, length: number): void {
    let [from, to] = [start, start + length];
    const before = this.#startOf.get(from);
    if (before !== undefined) {
      this.#remove(before);
      from = before;
    }
    const after = this.#lengthAt.get(to);
    if (after !== undefined) {
      this.#remove(to);
      to += after;
    }
    this.#add(from, to - from);
  }

  /** A range at the end of the block, which may begin in a hole there. */
  #grow(length: number): number {
    const start = this.#startOf.get(this.end) ?? this.end;
    if (start < this.end) this.#remove(start);
    this.end = start + length;
    return start;
  }

  #add(start: number, length: number): void {
    this.#lengthAt.set(start, length);
    this.#startOf.set(start + length, start);
    const starts = this.#byLength.get(length);
    if (starts === undefined) this.#byLength.set(length, new Set([start]));
    else starts.add(start);
  }

  #remove(start: number): void {
    const length = this.#lengthAt.get(start) as number;
    this.#lengthAt.delete(start);
    this.#startOf.delete(start + length);
    const starts = this.#byLength.get(length) as Set<number>;
    starts.delete(start);
    if (starts.size === 0) this.#byLength.delete(length);
  }
}
