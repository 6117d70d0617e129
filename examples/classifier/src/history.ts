/** What training has seen, epoch by epoch. Errors are fractions. */
export interface EpochResult {
  readonly epoch: number;
  /** Mean cost of the epoch's minibatches. */
  readonly cost: number;
  /** The last validation of the epoch; undefined where none was due. */
  readonly validationError: number | undefined;
  /** Measured only where the validation was the best so far. */
  readonly testError: number | undefined;
}
