/** The early stopping of the classic tutorial, as a pure state machine: it says when to validate and when to stop. */

export interface EarlyStoppingOptions {
  readonly trainBatches: number;
  /** Look at this many minibatches at least. Default 5000. */
  readonly patience?: number | undefined;
  /** Wait this much longer when a better result is found. Default 2. */
  readonly patienceIncrease?: number | undefined;
  /** An error below this share of the best one is worth waiting longer. Default 0.995. */
  readonly improvementThreshold?: number | undefined;
}

/** Where training stands. Minibatches are counted over all epochs, from 0. */
export interface EarlyStopping {
  readonly trainBatches: number;
  /** Validate after each so many minibatches. */
  readonly validationFrequency: number;
  readonly patience: number;
  readonly patienceIncrease: number;
  readonly improvementThreshold: number;
  /** The best validation error, a fraction; infinite before the first validation. */
  readonly best: number;
  /** The minibatch after which the best error was seen, -1 before the first validation. */
  readonly bestIteration: number;
}

/** The state before the first minibatch. */
export function startEarlyStopping(options: EarlyStoppingOptions): EarlyStopping {
  const { trainBatches, patience = 5000, patienceIncrease = 2, improvementThreshold = 0.995 } = options;
  return {
    trainBatches,
    validationFrequency: Math.min(trainBatches, Math.floor(patience / 2)),
    patience,
    patienceIncrease,
    improvementThreshold,
    best: Number.POSITIVE_INFINITY,
    bestIteration: -1,
  };
}

/** The place of a minibatch in the count over all epochs. Epochs count from 1, minibatches from 0. */
export const iterationOf = ({ trainBatches }: EarlyStopping, epoch: number, index: number): number =>
  (epoch - 1) * trainBatches + index;

/** Whether a validation is due after a minibatch. */
export const isValidationDue = ({ validationFrequency }: EarlyStopping, iteration: number): boolean =>
  (iteration + 1) % validationFrequency === 0;

/** The state after a validation; `improved` says whether its error is the best so far, and a test is due. */
export function afterValidation(
  state: EarlyStopping,
  iteration: number,
  error: number,
): { readonly state: EarlyStopping; readonly improved: boolean } {
  if (!(error < state.best)) return { state, improved: false };
  const worthWaiting = error < state.best * state.improvementThreshold;
  const patience = worthWaiting
    ? Math.max(state.patience, iteration * state.patienceIncrease)
    : state.patience;
  return { state: { ...state, patience, best: error, bestIteration: iteration }, improved: true };
}

/** Whether to stop after a minibatch. */
export const isOutOfPatience = ({ patience }: EarlyStopping, iteration: number): boolean =>
  patience <= iteration;
