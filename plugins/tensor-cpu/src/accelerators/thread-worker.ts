/** The worker of a thread pool: instantiates the modules it is sent on the shared memory, and calls them. */
import { nodeBuiltin } from "./node-builtin.js";
import { argumentsAt, orderKinds, partBytes, take, type WorkerStart, word } from "./thread-channel.js";

/**
 * Looks at the order word so often before it sleeps, some tenths of a millisecond: orders of one call follow each other
 * closely, and waking up takes longer than most of them, on virtual machines much longer.
 */
const spins = 200_000;

type Entry = (...args: number[]) => void;

function serve({ memory, channel, part, mailbox }: WorkerStart): void {
  const words = new Int32Array(channel, part, argumentsAt / 4);
  const values = new Float64Array(channel, part + argumentsAt, (partBytes - argumentsAt) / 8);
  const read = (place: number): number => words[place] as number;
  const modules: Entry[][] = [];
  let seen = 0;
  Atomics.store(words, word.ready, 1);
  for (;;) {
    for (let i = 0; i < spins && Atomics.load(words, word.order) === seen; i++);
    Atomics.wait(words, word.order, seen);
    const order = Atomics.load(words, word.order);
    if (order === seen) continue;
    seen = order;
    const kind = read(word.kind);
    if (kind === orderKinds.exit) return;
    // The main thread does not wait for a worker that was asleep: it has done the work itself.
    if (kind === orderKinds.call && !take(words, order)) continue;
    try {
      if (kind === orderKinds.load) {
        const bytes = new Uint8Array(channel, mailbox, read(word.count)).slice();
        const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
        modules[read(word.module)] = Object.values(exports) as Entry[];
      } else modules[read(word.module)]?.[read(word.entry)]?.(...values.subarray(0, read(word.count)));
    } catch {
      Atomics.store(words, word.failed, 1);
    }
    Atomics.store(words, word.done, seen);
    Atomics.notify(words, word.done);
  }
}

const node = nodeBuiltin<{ readonly workerData: WorkerStart }>("worker_threads");
if (node !== undefined) serve(node.workerData);
else {
  (globalThis as unknown as { onmessage?: (event: { readonly data: WorkerStart }) => void }).onmessage = ({
    data,
  }) => serve(data);
}
