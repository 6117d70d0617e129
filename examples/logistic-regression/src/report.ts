/** What the user sees: progress while training runs, a table at its end. */
import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import type { EpochResult } from "./history.js";

/** Shows how training goes on. */
export interface Progress {
  /** After an epoch; `expectedLast` is the epoch in which training ends as far as can be said now. */
  epoch(result: EpochResult, expectedLast: number): void;
  stop(): void;
}

/** A fraction in percent, with six decimals. */
export const percent = (fraction: number): string => `${(fraction * 100).toFixed(6)} %`;

/** A bar on a terminal; else a plain line now and then. */
export function startProgress(
  stream: NodeJS.WriteStream,
  now: () => number = () => performance.now(),
): Progress {
  return stream.isTTY ? bar(stream, now) : lines(stream, now);
}

function bar(stream: NodeJS.WriteStream, now: () => number): Progress {
  const started = now();
  const shown = new SingleBar({
    stream,
    format: "epoch {value}/{total} [{bar}] {rate} epochs/s  cost {cost}  validation {validation}",
    // The line fits into 80 columns.
    barsize: 12,
    // The terminal's settings stay as they are: Ctrl-C ends the program at once, and nobody would restore them.
    hideCursor: false,
    linewrap: true,
    stopOnComplete: false,
  });
  let validation = "-";
  let isStarted = false;
  return {
    epoch({ epoch, cost, validationError }, expectedLast) {
      if (validationError !== undefined) validation = percent(validationError);
      const payload = { rate: rateText(epoch, now() - started), cost: cost.toFixed(4), validation };
      if (!isStarted) shown.start(expectedLast, epoch, payload);
      isStarted = true;
      shown.setTotal(expectedLast);
      shown.update(epoch, payload);
    },
    stop: () => shown.stop(),
  };
}

/** Every so many epochs a line is due. */
const lineEpochs = 10;
/** After so many milliseconds a line is due in any case. */
const lineTime = 20_000;

function lines(stream: NodeJS.WritableStream, now: () => number): Progress {
  const started = now();
  let last = started;
  return {
    epoch({ epoch, cost, validationError }) {
      if (epoch !== 1 && epoch % lineEpochs !== 0 && now() - last < lineTime) return;
      last = now();
      const rate = rateText(epoch, last - started);
      const validation =
        validationError === undefined ? "" : `, validation error ${percent(validationError)}`;
      stream.write(`epoch ${epoch}: cost ${cost.toFixed(4)}${validation}, ${rate} epochs/s\n`);
    },
    stop: () => undefined,
  };
}

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
export function closingTable(summary: Summary): string {
  const { backend, epochs, bestEpoch, validationError, testError, seconds, files } = summary;
  const noRules = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
  const table = new Table({ chars: noRules, style: { head: [], border: [] } });
  table.push(
    ["backend", backend],
    ["epochs run", epochs],
    ["best validation", percent(validationError)],
    ["test", percent(testError)],
    ["reached at epoch", bestEpoch],
    ["stopped after epoch", epochs],
    ["seconds", seconds.toFixed(1)],
    ["epochs/s", rateText(epochs, seconds * 1000)],
    ["files", files.join("\n")],
  );
  return table.toString();
}

const rateText = (epochs: number, milliseconds: number): string =>
  ((epochs * 1000) / Math.max(milliseconds, 1)).toFixed(2);
