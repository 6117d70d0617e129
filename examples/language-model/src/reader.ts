/** Reading a text: many places of it at once, a few characters a call, the state kept between calls. */
import {
  lscalar,
  mean,
  neg,
  pick,
  type Runtime,
  type SharedVariable,
  type TensorType,
  type TensorVariable,
  zeros,
} from "@bitale/core";
import type { Network } from "./network.js";

export interface ReaderOptions {
  /** So many places of the text are read at once. */
  readonly batchSize: number;
  /** So many characters are read in a call, and gradients go no further back. */
  readonly length: number;
}

/** A text in shared variables, and the cost of predicting a window of it. */
export interface Reader {
  /** Which window: 0-d int64, an input. */
  readonly index: TensorVariable;
  /** Mean of -log p of the next characters, 0-d, in nats. */
  readonly cost: TensorVariable;
  /** What was read before: [batchSize, hidden]. */
  readonly state: SharedVariable<TensorType<unknown>>;
  /** The state behind the window: the update that a function which reads on must have. */
  readonly nextState: TensorVariable;
  /** Windows in the text. */
  readonly windows: number;
}

/** Cuts a text into `batchSize` strands, each in one piece, and reads all of them in step. */
export function readerOf(
  runtime: Runtime,
  network: Network,
  text: Int32Array,
  name: string,
  { batchSize, length }: ReaderOptions,
): Reader {
  const strand = Math.floor(text.length / batchSize);
  const strands = runtime.shared(
    { data: text.subarray(0, strand * batchSize), shape: [batchSize, strand] },
    { name: `${name}.text` },
  );
  const state = runtime.shared(zeros([batchSize, network.hidden], "float32"), { name: `${name}.state` });
  const index = lscalar("index");
  const start = index.mul(length);
  const characters = strands.narrow(1, start, length).T; // [length, batchSize]
  const following = strands.narrow(1, start.add(1), length).T;
  const [nextState, states] = network.read(state, characters);
  const cost = neg(mean(pick(network.predict(states.reshape(-1, network.hidden)), following.flatten())));
  return { index, cost, state, nextState, windows: Math.floor((strand - 1) / length) };
}
