/** The functions of the language model: a training step, a look at the rest of the text, and writing on. */
import {
  adam,
  argmax,
  clipByGlobalNorm,
  cosineDecay,
  expandDims,
  grad,
  index,
  ivector,
  log,
  neg,
  type Runtime,
  type SharedVariable,
  scalar,
  scan,
  schedule,
  zeros,
} from "@bitale/core";
import { buildNetwork } from "./network.js";
import { type ReaderOptions, readerOf } from "./reader.js";
import type { Text } from "./text.js";

export interface ModelOptions extends ReaderOptions {
  readonly hidden: number;
  readonly learningRate: number;
  /** After how many steps the learning rate has come down to zero. */
  readonly steps: number;
}

export interface LanguageModel {
  /** What is learned, and what a file keeps. */
  readonly parameters: readonly SharedVariable[];
  /** Windows of the training text: an epoch has so many steps. */
  readonly windows: number;
  /** A step on the next window of the text; its cost before the step, in nats a character. */
  readonly train: (window: number) => Promise<number>;
  /** Mean cost of the rest of the text, in nats a character. */
  readonly validate: () => Promise<number>;
  /** Goes on from a beginning. @param temperature below 1: likely characters are still likelier */
  readonly write: (beginning: string, temperature: number) => Promise<string>;
}

/** Largest common norm of the gradients (Pascanu et al. 2013). */
const normLimit = 5;
/** Characters that are written in a call. */
const writtenLength = 400;

/** Builds network, readers and functions in a runtime. */
export async function buildModel(
  runtime: Runtime,
  { alphabet, train: text, valid }: Text,
  options: ModelOptions,
): Promise<LanguageModel> {
  const { hidden, learningRate, steps } = options;
  const network = await buildNetwork(runtime, alphabet.length, hidden);
  const { parameters } = network;

  const reader = readerOf(runtime, network, text, "train", options);
  const gradients = clipByGlobalNorm(grad(reader.cost, parameters), normLimit);
  const rate = schedule(cosineDecay({ initial: learningRate, steps }));
  const updates = adam(gradients, parameters, { learningRate: rate });
  const train = runtime.compile([reader.index], reader.cost, {
    name: "train",
    // Gradients end at the state that the last call left; what it says is carried on.
    updates: [...updates, [reader.state, reader.nextState]],
  });

  const check = readerOf(runtime, network, valid, "valid", options);
  const validate = runtime.compile([check.index], check.cost, {
    name: "validate",
    updates: [[check.state, check.nextState]],
  });

  const beginning = ivector("beginning");
  const temperature = scalar("temperature");
  const random = runtime.randomStream(7);
  const [start] = network.read(zeros([1, hidden], "float32"), expandDims(beginning, 1));
  // argmax(log p + noise of Gumbel) is a draw from p. All noise is drawn at once: a step takes its row.
  const noise = neg(log(neg(log(random.uniform({ low: 1e-9, size: [writtenLength, 1, alphabet.length] })))));
  const [, written] = scan(
    (state, row) => {
      const drawn = argmax(network.predict(state).div(temperature).add(row), { axis: 1 });
      return [network.step(state, drawn), index(drawn, 0)];
    },
    { init: start, sequences: noise },
  );
  const write = runtime.compile([beginning, temperature], written, { name: "write" });

  const rest = async (variable: typeof reader.state): Promise<void> =>
    variable.setValue(zeros([options.batchSize, hidden], "float32"));
  return {
    parameters,
    windows: reader.windows,
    train: async (window) => {
      if (window === 0) await rest(reader.state); // the text starts again
      return (await train.async(window)).item();
    },
    validate: async () => {
      await rest(check.state);
      let costs = 0;
      for (let at = 0; at < check.windows; at++) costs += (await validate.async(at)).item();
      return costs / check.windows;
    },
    write: async (text, warmth) => {
      const places = Int32Array.from(text, (character) => alphabet.indexOf(character));
      const codes = (await write.async(places, warmth)).toArray() as bigint[];
      return text + codes.map((code) => alphabet[Number(code)]).join("");
    },
  };
}
