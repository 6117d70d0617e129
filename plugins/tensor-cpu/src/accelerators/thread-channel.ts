/** How the main thread and a worker talk: words of shared memory, so that neither needs an event loop. */

/** Places of 32-bit words in a worker's part of the channel. */
export const word = {
  /** Number of the latest order; the worker sleeps on it. */
  order: 0,
  /** Number of the latest order that is done; the main thread waits on it. */
  done: 1,
  kind: 2,
  /** Of a module: in the order in which they were loaded. */
  module: 3,
  /** Of an export of the module. */
  entry: 4,
  /** How many arguments, or bytes of a module. */
  count: 5,
  /** 1: the worker is up. */
  ready: 6,
  /** 1: the order failed. */
  failed: 7,
  /** Number of the latest call that somebody has begun: the worker, or the main thread in its place. */
  taken: 8,
} as const;

/** Takes a call, unless it has been taken; orders are numbered upwards. */
export function take(words: Int32Array, order: number): boolean {
  const before = Atomics.load(words, word.taken);
  return before < order && Atomics.compareExchange(words, word.taken, before, order) === before;
}

export const orderKinds = { load: 1, call: 2, exit: 3 } as const;

/** Bytes of one worker's part: words, then arguments as float64. */
export const partBytes = 1024;
export const argumentsAt = 64;
export const mostArguments = (partBytes - argumentsAt) / 8;
/** Bytes behind the parts for a module on its way to the workers. */
export const mailboxBytes = 2 ** 20;

/** What a worker is started with. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly channel: SharedArrayBuffer;
  /** Its part of the channel, and where the mailbox begins. */
  readonly part: number;
  readonly mailbox: number;
}
