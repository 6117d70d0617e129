/** Locks of storage that other threads see: a call is alone with the variables that it reads and updates. */
import type { StorageLock } from "../graph/type.js";
import type { Container } from "../shared/container.js";
import type { Linked } from "./linked.js";

interface Held {
  readonly lock: StorageLock;
  readonly container: Container;
}

/** The locks that a function needs, in the order in which everybody takes them. */
export class StorageLocks {
  readonly #held: readonly Held[];

  constructor(linked: Linked) {
    const containers: (Container | undefined)[] = [
      ...linked.shared.map(({ variable }) => variable.container as Container),
      ...linked.graph.inputs.map(({ container }) => container),
      ...linked.updates.map(({ update }) => update.container),
    ];
    const byOrder = new Map<number, Held>();
    for (const container of containers) {
      const lock = container?.type.lock;
      if (container !== undefined && lock !== undefined) byOrder.set(lock.order, { lock, container });
    }
    this.#held = [...byOrder.values()].sort((a, b) => a.lock.order - b.lock.order);
  }

  /** Whether other threads see none of the storage. */
  get none(): boolean {
    return this.#held.length === 0;
  }

  /** Runs `body` with all of them taken; they are given back whatever happens. */
  hold<R>(body: () => R): R {
    // What was entered is left, also where the body has given the container another value, or none.
    const entered: (() => void)[] = [];
    try {
      for (const { lock, container } of this.#held) {
        const { internal } = container;
        lock.enter(internal);
        entered.push(() => lock.leave(internal));
      }
      return body();
    } finally {
      for (const leave of entered.reverse()) leave();
    }
  }
}
