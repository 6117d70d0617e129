/** Epochs of training, each with a look at the validation part. */
import type { Autoencoder } from "./model.js";

/** Costs in nats an image. */
export interface EpochResult {
  readonly epoch: number;
  /** Mean over the epoch's minibatches. */
  readonly trainCost: number;
  readonly validationCost: number;
}

/** Trains for a number of epochs. */
export async function train(
  model: Autoencoder,
  epochs: number,
  onEpoch: (result: EpochResult) => void,
): Promise<EpochResult[]> {
  const history: EpochResult[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let costs = 0;
    for (let index = 0; index < model.trainBatches; index++) costs += await model.train(index);
    const trainCost = costs / model.trainBatches;
    const result = { epoch, trainCost, validationCost: await model.validate() };
    history.push(result);
    onEpoch(result);
  }
  return history;
}
