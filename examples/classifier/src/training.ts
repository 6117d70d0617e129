/** The training loop of the classic tutorial. */
import type { Classifier } from "./classifier.js";
import {
  afterValidation,
  type EarlyStopping,
  isOutOfPatience,
  isValidationDue,
  iterationOf,
  startEarlyStopping,
} from "./early-stopping.js";
import type { EpochResult } from "./history.js";
import { type Parameters, valuesOf } from "./parameters.js";

/** The parameters with the best validation error. Errors are fractions. */
export interface Best {
  readonly epoch: number;
  readonly validationError: number;
  readonly testError: number;
  readonly parameters: Parameters;
}

export interface TrainingOptions {
  readonly epochs: number;
  /** Minibatches to look at, at least: see `startEarlyStopping`. */
  readonly patience?: number | undefined;
  /** Called after each epoch, with the epoch in which training ends as far as can be said now. */
  readonly onEpoch?: ((result: EpochResult, expectedLast: number) => void) | undefined;
}

export interface Training {
  readonly best: Best;
  readonly history: readonly EpochResult[];
  /** The epoch in which training ended. */
  readonly lastEpoch: number;
}

/** Trains until patience runs out, or for a number of epochs. */
export async function train(
  classifier: Classifier,
  { epochs, patience, onEpoch }: TrainingOptions,
): Promise<Training> {
  const { trainBatches } = classifier;
  let stopping = startEarlyStopping({ trainBatches, patience });
  let best: Best | undefined;
  const history: EpochResult[] = [];
  for (let epoch = 1, isDone = false; epoch <= epochs && !isDone; epoch++) {
    let costs = 0;
    let batches = 0;
    let validationError: number | undefined;
    let testError: number | undefined;
    while (batches < trainBatches && !isDone) {
      const iteration = iterationOf(stopping, epoch, batches);
      costs += await classifier.train(batches);
      batches++;
      if (isValidationDue(stopping, iteration)) {
        validationError = await classifier.errorOf("valid");
        const validated = afterValidation(stopping, iteration, validationError);
        stopping = validated.state;
        if (validated.improved) {
          testError = await classifier.errorOf("test");
          best = { epoch, validationError, testError, parameters: await valuesOf(classifier.parameters) };
        }
      }
      isDone = isOutOfPatience(stopping, iteration);
    }
    const result = { epoch, cost: costs / batches, validationError, testError };
    history.push(result);
    onEpoch?.(result, Math.min(epochs, lastEpochOf(stopping)));
  }
  // There is a validation in every epoch but one that patience cut short, which is never the first.
  return { best: best as Best, history, lastEpoch: history.length };
}

/** The epoch in which patience runs out if nothing gets better. */
const lastEpochOf = ({ patience, trainBatches }: EarlyStopping): number =>
  Math.floor(patience / trainBatches) + 1;
