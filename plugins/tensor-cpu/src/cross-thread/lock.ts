/** A lock in shared memory, with a version of what it guards. One thread may enter it several times. */
import { BitaleError } from "@bitale/core";

const word = { owner: 0, version: 1, order: 2 } as const;
/** Bytes in front of the data; data keep the alignment of the arena. */
export const headerBytes = 64;

/** Looks so often before it sleeps: most calls are shorter than waking up takes. */
const spins = 1000;

const random = (): number => 1 + Math.floor(Math.random() * (2 ** 31 - 2));
/** Tells this thread from others; 0 is nobody. */
const thisThread = random();
/** How often this thread has entered each lock, by its order. */
const depths = new Map<number, number>();

export class SharedLock {
  readonly #words: Int32Array;
  /** Whoever needs several locks takes them in this order. */
  readonly order: number;

  /** @param buffer that begins with the header of a lock */
  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer, 0, headerBytes / 4);
    // The first thread to look gives the lock its number.
    Atomics.compareExchange(this.#words, word.order, 0, random());
    this.order = Atomics.load(this.#words, word.order);
  }

  /**
   * Waits until no other thread is in.
   * @throws BitaleError WOULD_DEADLOCK where this thread is in a lock that comes later and this one is taken
   */
  enter(): void {
    const depth = depths.get(this.order) ?? 0;
    if (depth === 0) this.#take();
    depths.set(this.order, depth + 1);
  }

  leave(): void {
    const depth = (depths.get(this.order) ?? 1) - 1;
    if (depth > 0) {
      depths.set(this.order, depth);
      return;
    }
    depths.delete(this.order);
    Atomics.store(this.#words, word.owner, 0);
    Atomics.notify(this.#words, word.owner, 1);
  }

  /** Goes up with every change, in whatever thread. */
  get version(): number {
    return Atomics.load(this.#words, word.version);
  }
  set version(version: number) {
    Atomics.store(this.#words, word.version, version);
  }

  #take(): void {
    const mayWait = [...depths.keys()].every((held) => held < this.order);
    for (let turn = 0; ; turn++) {
      const owner = Atomics.compareExchange(this.#words, word.owner, 0, thisThread);
      if (owner === 0) return;
      if (!mayWait) throw wouldDeadlock();
      if (turn > spins) sleep(this.#words, owner);
    }
  }
}

/** The main thread of a page may not sleep: it goes on looking. */
function sleep(words: Int32Array, owner: number): void {
  try {
    Atomics.wait(words, word.owner, owner);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

const wouldDeadlock = (): BitaleError =>
  new BitaleError("WOULD_DEADLOCK", {
    subject: "a variable that several threads use",
    problem: "another thread is in it, and this call runs inside of one that may be waited for there",
    cure: "call functions of such variables one after another, not from within each other",
  });
