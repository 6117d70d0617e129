/** What the user sees while a program runs: a bar on a terminal, else a plain line now and then. */
import { SingleBar } from "cli-progress";

/** What is told beside the count, by its label: `{ cost: "0.2500" }`. A bar keeps the last of each. */
export type Figures = Readonly<Record<string, string>>;

/** Shows how the work goes on. */
export interface Progress {
  /** After a step, which count from 1; `expectedLast` is the last one as far as can be said now. */
  step(count: number, expectedLast: number, figures: Figures): void;
  stop(): void;
}

export interface ProgressOptions {
  /** Every so many steps a line is due, where there is no terminal. Default 10. */
  readonly every?: number;
  /** A clock, in milliseconds. */
  readonly now?: () => number;
}

/** @param unit what a step is, such as "epoch" */
export function startProgress(
  stream: NodeJS.WriteStream,
  unit: string,
  { every = 10, now = () => performance.now() }: ProgressOptions = {},
): Progress {
  return stream.isTTY ? bar(stream, unit, now) : lines(stream, unit, every, now);
}

function bar(stream: NodeJS.WriteStream, unit: string, now: () => number): Progress {
  const started = now();
  const columns = stream.columns ?? 80;
  let shown: SingleBar | undefined;
  let told: Figures = {};
  return {
    step(count, expectedLast, figures) {
      told = { ...told, ...figures };
      const rate = `${rateText(count, now() - started)} ${unit}s/s`;
      const payload = { rate, figures: wordsOf(told).join("  ") };
      shown ??= startBar();
      shown.setTotal(expectedLast);
      shown.update(count, payload);

      function startBar(): SingleBar {
        const others = `${unit} ${expectedLast}/${expectedLast} [] ${rate}  ${payload.figures}`.length;
        const made = new SingleBar({
          stream,
          format: `${unit} {value}/{total} [{bar}] {rate}  {figures}`,
          barsize: Math.min(40, Math.max(4, columns - others - 2)),
          // The terminal's settings stay as they are: Ctrl-C ends the program at once, and nobody would restore them.
          hideCursor: false,
          linewrap: true,
          stopOnComplete: false,
        });
        made.start(expectedLast, count, payload);
        return made;
      }
    },
    stop: () => shown?.stop(),
  };
}

/** After so many milliseconds a line is due in any case. */
const lineTime = 20_000;

function lines(stream: NodeJS.WritableStream, unit: string, every: number, now: () => number): Progress {
  const started = now();
  let last = started;
  return {
    step(count, _expectedLast, figures) {
      if (count !== 1 && count % every !== 0 && now() - last < lineTime) return;
      last = now();
      const told = [...wordsOf(figures), `${rateText(count, last - started)} ${unit}s/s`];
      stream.write(`${unit} ${count}: ${told.join(", ")}\n`);
    },
    stop: () => undefined,
  };
}

const wordsOf = (figures: Figures): string[] =>
  Object.entries(figures).map(([label, value]) => `${label} ${value}`);

const rateText = (steps: number, milliseconds: number): string =>
  ((steps * 1000) / Math.max(milliseconds, 1)).toFixed(2);
