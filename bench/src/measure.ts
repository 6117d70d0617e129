/**
 * Measures one line. All contenders are set up, their results compared with ours, warmed up, and then take turns in
 * rounds of some milliseconds, each round in another order: a slow spell of the machine hits all of them. What counts
 * is the median over the rounds.
 */
import type { Entrant } from "./contenders.js";
import { EntrantProcess } from "./entrant-process.js";
import { difference, type Fingerprints } from "./fingerprint.js";
import type { Line } from "./lines.js";
import type { Assignment, Elapsed } from "./protocol.js";

export interface Effort {
  readonly rounds: number;
  /** Least time of a round, in milliseconds. */
  readonly roundTime: number;
  /** Least time of calls before the first round, in milliseconds: engines compile in steps, in the background. */
  readonly warmUpTime: number;
  /** cpu: processor time in place of the time on the wall, for a machine that has other things to do. */
  readonly clock: keyof Elapsed;
}

/** Times of one contender. */
export interface Timing {
  readonly entrant: Entrant;
  /** Median time of a call in nanoseconds. */
  readonly median: number;
  /** Quartiles of the rounds, relative to the median. */
  readonly spread: number;
}

export interface Measurement {
  readonly line: Line;
  readonly timings: readonly Timing[];
  /** Contenders that failed or computed something else, and why. */
  readonly dropped: readonly { readonly entrant: Entrant; readonly reason: string }[];
  /** What contenders say about themselves, by name. */
  readonly about: Readonly<Record<string, string>>;
}

const STEPS_BY_KIND: { readonly [kind: string]: number } = {
  scalarUpdate: 3,
  sgd: 3,
  adam: 3,
  logistic: 3,
  mlp: 3,
};
const toleranceOf = ({ workload }: Line): number =>
  workload.kind === "gemm" && workload.dtype === "float64" ? 1e-10 : 1e-3;

interface Ready {
  readonly running: EntrantProcess;
  readonly first: Elapsed;
  /** From the start of the process to its first reply, in nanoseconds. */
  readonly whole: number;
}

/** @param node the Node executable that contenders in JavaScript run on */
export async function measure(
  line: Line,
  entrants: readonly Entrant[],
  node: string,
  effort: Effort,
): Promise<Measurement> {
  const taking = entrants.filter((entrant) => entrant.lines(line));
  const dropped: { entrant: Entrant; reason: string }[] = [];
  const about: Record<string, string> = {};
  const start = async (entrant: Entrant): Promise<(Ready & { results: Fingerprints }) | undefined> => {
    const assignment: Assignment = {
      workload: line.workload,
      checkedSteps: STEPS_BY_KIND[line.workload.kind] ?? 1,
      options: entrant.options,
    };
    const begin = performance.now();
    const running = new EntrantProcess(entrant, node, assignment);
    const reply = await running.reply();
    const whole = (performance.now() - begin) * 1e6;
    if ("ready" in reply) {
      if (reply.about !== undefined) about[entrant.name] = reply.about;
      return { running, results: reply.ready, first: reply.first, whole };
    }
    running.end();
    if ("failed" in reply) dropped.push({ entrant, reason: reply.failed });
    return undefined;
  };

  const ready: Ready[] = [];
  let expected: Fingerprints | undefined;
  for (const entrant of taking) {
    const started = await start(entrant);
    if (started === undefined) continue;
    if (expected === undefined && entrant.role === "ours") expected = started.results;
    const wrong =
      entrant.checked && expected !== undefined
        ? difference(started.results, expected, toleranceOf(line))
        : undefined;
    if (wrong === undefined) ready.push(started);
    else {
      dropped.push({ entrant, reason: `it computes something else: ${wrong}` });
      started.running.end();
    }
  }
  const contenders = ready.map(({ running }) => running);
  try {
    const times =
      line.mode === "steady"
        ? await takeTurns(contenders, effort)
        : await startOver(
            contenders.map(({ entrant }) => entrant),
            start,
            line.mode,
            effort,
          );
    const timings = contenders.map(({ entrant }, i) => ({ entrant, ...summary(times[i] as number[]) }));
    return { line, timings, dropped, about };
  } finally {
    for (const contender of contenders) contender.end();
  }
}

/** Times of a call by contender and round, in nanoseconds, of processes that stay. */
async function takeTurns(contenders: readonly EntrantProcess[], effort: Effort): Promise<number[][]> {
  const calls: number[] = [];
  for (const contender of contenders) calls.push(await warmUp(contender, effort));
  const times: number[][] = contenders.map(() => []);
  await inRounds(contenders.length, effort.rounds, async (i) => {
    const count = calls[i] as number;
    const elapsed = await (contenders[i] as EntrantProcess).round(count);
    times[i]?.push(elapsed[effort.clock] / count);
  });
  return times;
}

/** Calls until a contender is warm; the number of calls that fill a round. */
async function warmUp(contender: EntrantProcess, { roundTime, warmUpTime, clock }: Effort): Promise<number> {
  let [calls, spent] = [1, 0];
  for (;;) {
    const elapsed = (await contender.round(calls))[clock] / 1e6;
    spent += elapsed;
    if (spent >= warmUpTime && elapsed >= roundTime / 4) {
      return Math.max(1, Math.round((calls * roundTime) / elapsed));
    }
    if (elapsed < roundTime) calls *= 2;
  }
}

/** Times by contender and round, in nanoseconds, each of a process of its own. */
async function startOver(
  entrants: readonly Entrant[],
  start: (entrant: Entrant) => Promise<Ready | undefined>,
  mode: "first" | "process",
  { rounds, clock }: Effort,
): Promise<number[][]> {
  const times: number[][] = entrants.map(() => []);
  await inRounds(entrants.length, rounds, async (i) => {
    const started = await start(entrants[i] as Entrant);
    if (started === undefined) throw new Error(`${entrants[i]?.name} started once, and then no more`);
    started.running.end();
    times[i]?.push(mode === "first" ? started.first[clock] : started.whole);
  });
  return times;
}

/** Lets each of `count` contenders have its turn in each round; who comes after whom changes from round to round. */
async function inRounds(
  count: number,
  rounds: number,
  turn: (contender: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const order = Array.from({ length: count }, (_, i) => (i + round) % count);
    if (round % 2 === 1) order.reverse();
    for (const contender of order) await turn(contender);
  }
}

function summary(times: readonly number[]): { median: number; spread: number } {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
    return low + (high - low) * (place - Math.floor(place));
  };
  const median = at(0.5);
  return { median, spread: (at(0.75) - at(0.25)) / median };
}
