/** What the user sees of a training: figures while it runs, a sentence and a table at its end. */
import { type Figures, table } from "@bitale/example-command-line";
import type { EpochResult } from "./history.js";

/** A fraction in percent, with six decimals. */
export const percent = (fraction: number): string => `${(fraction * 100).toFixed(6)} %`;

/** What is told after an epoch. */
export const figuresOf = ({ cost, validationError }: EpochResult): Figures => ({
  cost: cost.toFixed(4),
  ...(validationError === undefined ? {} : { "validation error": percent(validationError) }),
});

/** What the closing table tells. */
export interface Summary {
  readonly backend: string;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly validationError: number;
  readonly testError: number;
  readonly seconds: number;
  readonly files: readonly string[];
}

/** The tutorial's last sentence, and where the best was reached. */
export const closingSentence = ({ validationError, testError, bestEpoch, epochs }: Summary): string =>
  `Optimization complete with best validation score of ${percent(validationError)}, ` +
  `with test performance ${percent(testError)}\nreached at epoch ${bestEpoch}, stopped after epoch ${epochs}`;

/** The closing table. */
export const closingTable = (summary: Summary): string => {
  const { backend, epochs, bestEpoch, validationError, testError, seconds, files } = summary;
  return table([
    ["backend", backend],
    ["epochs run", epochs],
    ["best validation", percent(validationError)],
    ["test", percent(testError)],
    ["reached at epoch", bestEpoch],
    ["stopped after epoch", epochs],
    ["seconds", seconds.toFixed(1)],
    ["epochs/s", (epochs / Math.max(seconds, 0.001)).toFixed(2)],
    ["files", files.join("\n")],
  ]);
};
