/** The option `threads`: workers on the arena's shared memory that compute parts of large kernels. */
import { nodeBuiltin } from "./node-builtin.js";
import {
  argumentsAt,
  mailboxBytes,
  mostArguments,
  orderKinds,
  partBytes,
  take,
  type WorkerStart,
  word,
} from "./thread-channel.js";

/** Looks so often whether a worker is done before the thread sleeps: all parts are about as long. */
const spins = 500_000;

interface RunningWorker {
  readonly words: Int32Array;
  readonly values: Float64Array;
  terminate(): unknown;
}

/** A module that workers can call: its bytes in the binary format, and what the main thread's instance exports. */
export interface ThreadedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly exports: Readonly<Record<string, (...args: number[]) => void>>;
}

/** How many threads a machine has; at least 1. */
export function availableThreads(): number {
  const os = nodeBuiltin<{ availableParallelism?(): number }>("os");
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  return os?.availableParallelism?.() ?? navigator?.hardwareConcurrency ?? 1;
}

/** Why threads cannot be used here; undefined: they can. */
export function threadsMissing(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined")
    return "no shared memory (a page must be cross-origin isolated)";
  if (nodeBuiltin("worker_threads") !== undefined) return undefined;
  return typeof (globalThis as { Worker?: unknown }).Worker === "function" ? undefined : "no workers here";
}

export class ThreadPool {
  /** With the calling thread. */
  readonly threads: number;
  readonly #channel: SharedArrayBuffer;
  readonly #mailbox: number;
  readonly #workers: readonly RunningWorker[];
  readonly #modules = new Map<ThreadedModule, number>();
  #up = false;
  #order = 0;

  /** @param threads 2 or more, the calling one among them */
  constructor(memory: WebAssembly.Memory, threads: number) {
    this.threads = threads;
    const count = threads - 1;
    this.#mailbox = count * partBytes;
    this.#channel = new SharedArrayBuffer(this.#mailbox + mailboxBytes);
    this.#workers = Array.from({ length: count }, (_, i) => {
      const part = i * partBytes;
      const { terminate } = startWorker({ memory, channel: this.#channel, part, mailbox: this.#mailbox });
      return {
        words: new Int32Array(this.#channel, part, argumentsAt / 4),
        values: new Float64Array(this.#channel, part + argumentsAt, mostArguments),
        terminate,
      };
    });
  }

  /** Whether all workers are up; they start while the main thread goes on. */
  get ready(): boolean {
    this.#up ||= this.#workers.every(({ words }) => Atomics.load(words, word.ready) === 1);
    return this.#up;
  }

  /** Resolves when all workers are up. */
  async whenReady(): Promise<void> {
    while (!this.ready) await new Promise<void>((resolve) => setTimeout(resolve, 1));
  }

  /**
   * Calls an exported function once for each list of arguments, the last one on the calling thread; returns when all
   * are done. What a worker has not begun by the time that the calling thread is through with its own part, because it
   * was asleep or has no core, the calling thread does as well.
   * @param calls at most one for each thread
   */
  run(module: ThreadedModule, name: string, calls: readonly (readonly number[])[]): void {
    const id = this.#load(module);
    const entry = Object.keys(module.exports).indexOf(name);
    const order = ++this.#order;
    const helpers = this.#workers.slice(0, calls.length - 1);
    helpers.forEach(({ words, values }, i) => {
      const args = calls[i] as readonly number[];
      for (let k = 0; k < args.length; k++) values[k] = args[k] as number;
      words[word.kind] = orderKinds.call;
      words[word.module] = id;
      words[word.entry] = entry;
      words[word.count] = args.length;
      send(words, order);
    });
    const errors: unknown[] = [];
    const call = (args: readonly number[]): void => {
      try {
        module.exports[name]?.(...args);
      } catch (error) {
        errors.push(error);
      }
    };
    call(calls[helpers.length] as readonly number[]);
    const begun = helpers.filter(({ words }, i) => {
      const mine = take(words, order);
      if (mine && errors.length === 0) call(calls[i] as readonly number[]);
      return !mine;
    });
    // Whatever happens here, nobody may still be at work when the call is over.
    for (const worker of begun) this.#await(worker, order);
    this.#throwFailures(errors);
  }

  dispose(): void {
    const order = ++this.#order;
    for (const { words, terminate } of this.#workers) {
      words[word.kind] = orderKinds.exit;
      send(words, order);
      terminate();
    }
  }

  #load(module: ThreadedModule): number {
    const known = this.#modules.get(module);
    if (known !== undefined) return known;
    const id = this.#modules.size;
    new Uint8Array(this.#channel, this.#mailbox, module.bytes.length).set(module.bytes);
    const order = ++this.#order;
    for (const { words } of this.#workers) {
      words[word.kind] = orderKinds.load;
      words[word.module] = id;
      words[word.count] = module.bytes.length;
      send(words, order);
    }
    for (const worker of this.#workers) this.#await(worker, order);
    this.#throwFailures();
    this.#modules.set(module, id);
    return id;
  }

  #await({ words }: RunningWorker, order: number): void {
    for (let i = 0; i < spins; i++) if (Atomics.load(words, word.done) === order) break;
    for (let done = Atomics.load(words, word.done); done !== order; done = Atomics.load(words, word.done)) {
      // The main thread of a page may not sleep: it goes on looking.
      if (maySleep()) Atomics.wait(words, word.done, done);
    }
  }

  /** @param errors those of the calling thread */
  #throwFailures(errors: readonly unknown[] = []): void {
    const failed = this.#workers.filter(({ words }) => words[word.failed] !== 0);
    for (const { words } of failed) words[word.failed] = 0;
    if (errors.length > 0) throw errors[0];
    if (failed.length > 0) throw new Error(`worker threads that failed: ${failed.length}`);
  }
}

function send(words: Int32Array, order: number): void {
  Atomics.store(words, word.order, order);
  Atomics.notify(words, word.order);
}

let sleeps: boolean | undefined;
function maySleep(): boolean {
  if (sleeps !== undefined) return sleeps;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    sleeps = true;
  } catch {
    sleeps = false;
  }
  return sleeps;
}

interface NodeWorker {
  unref(): void;
  terminate(): unknown;
}

function startWorker(start: WorkerStart): { terminate(): unknown } {
  type Construct = new (url: URL, options: { readonly workerData: WorkerStart }) => NodeWorker;
  const node = nodeBuiltin<{ readonly Worker: Construct }>("worker_threads");
  if (node === undefined) {
    const worker = new Worker(new URL("./thread-worker.js", import.meta.url), { type: "module" });
    worker.postMessage(start);
    return { terminate: () => worker.terminate() };
  }
  const worker = new node.Worker(new URL("./thread-worker.js", import.meta.url), { workerData: start });
  // The pool must not keep a program alive that has nothing else to do.
  worker.unref();
  return { terminate: () => worker.terminate() };
}
