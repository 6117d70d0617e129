/** Measurements as the benchmark reports them: a list for JSON, and a table. */
import Table from "cli-table3";
import { OURS, type Role } from "./contenders.js";
import type { Line, Unit } from "./lines.js";
import type { Measurement } from "./measure.js";

/** One line of one variant of ours. Times are medians of a call in `unit`; ratios above 1: we are faster. */
export interface ReportLine {
  /** The line's name; a variant of ours has its options behind it: `gemm-f32-512+threads`. */
  readonly line: string;
  /** Version of Node. */
  readonly node: string;
  readonly unit: Unit;
  readonly ours: number;
  readonly peers: Readonly<Record<string, number>>;
  /** Fastest of the libraries in JavaScript and WebAssembly; null where none does it. */
  readonly ratioToFastestJsPeer: number | null;
  readonly ratioToNumpy: number | null;
}

const nanoseconds: Readonly<Record<Unit, number>> = { ns: 1, us: 1e3, ms: 1e6 };

const round = (value: number): number => Number(value.toPrecision(4));

/** @param node version of Node */
export function reportLines({ line, timings }: Measurement, node: string): ReportLine[] {
  const inUnit = (time: number): number => round(time / nanoseconds[line.unit]);
  const others = timings.filter(({ entrant }) => entrant.role !== "ours");
  const fastest = Math.min(
    ...others.filter(({ entrant }) => entrant.role === "peer").map(({ median }) => median),
  );
  const numpy = others.find(({ entrant }) => entrant.name === "numpy")?.median;
  return timings
    .filter(({ entrant }) => entrant.role === "ours")
    .map(({ entrant, median }) => ({
      line: line.name + entrant.name.slice(OURS.length),
      node,
      unit: line.unit,
      ours: inUnit(median),
      peers: Object.fromEntries(others.map((other) => [other.entrant.name, inUnit(other.median)])),
      ratioToFastestJsPeer: Number.isFinite(fastest) ? round(fastest / median) : null,
      ratioToNumpy: numpy === undefined ? null : round(numpy / median),
    }));
}

/** The name of a line without the variant of ours. */
export const plainName = (name: string): string => name.split("+", 1)[0] as string;

/** GFLOP/s or GB/s of a time, where the line says what work is in it. */
export function rate(time: number, unit: Unit, line: Line | undefined): string {
  if (line?.work === undefined) return "";
  const perNanosecond = line.work.amount / (time * nanoseconds[unit]);
  return `${Number(perNanosecond.toPrecision(3))} ${line.work.unit === "flop" ? "GFLOP/s" : "GB/s"}`;
}

/** One row of a table. */
export interface Row {
  readonly line: string;
  readonly ours: string;
  readonly rate: string;
  readonly fastestPeer: string;
  readonly toPeer: string;
  readonly numpy: string;
  readonly toNumpy: string;
  readonly references: string;
}

const ratioText = (ratio: number | null): string => (ratio === null ? "" : `${Number(ratio.toPrecision(3))}`);
const timeText = (time: number, unit: Unit): string => `${Number(time.toPrecision(3))} ${unit}`;

/** @param roles by name of contender */
export function rowOf(
  entry: ReportLine,
  lines: ReadonlyMap<string, Line>,
  roles: ReadonlyMap<string, Role>,
): Row {
  const { unit } = entry;
  const named = Object.entries(entry.peers).sort(([, a], [, b]) => a - b);
  const peer = named.find(([name]) => roles.get(name) === "peer");
  const { numpy } = entry.peers;
  const references = named.filter(([name]) => roles.get(name) === "reference" && name !== "numpy");
  return {
    line: entry.line,
    ours: timeText(entry.ours, unit),
    rate: rate(entry.ours, unit, lines.get(plainName(entry.line))),
    fastestPeer: peer === undefined ? "" : `${peer[0]} ${timeText(peer[1], unit)}`,
    toPeer: ratioText(entry.ratioToFastestJsPeer),
    numpy: numpy === undefined ? "" : timeText(numpy, unit),
    toNumpy: ratioText(entry.ratioToNumpy),
    references: references.map(([name, time]) => `${name} ${timeText(time, unit)}`).join(", "),
  };
}

/** Titles of the columns, in the order of a row's fields. */
export const columns: Readonly<Record<keyof Row, string>> = {
  line: "line",
  ours: "bitale",
  rate: "rate",
  fastestPeer: "fastest JS peer",
  toPeer: "ratio",
  numpy: "numpy",
  toNumpy: "ratio",
  references: "references",
};

/** Rows as a table for the terminal. */
export function terminalTable(rows: readonly Row[]): string {
  const table = new Table({ head: Object.values(columns), style: { head: [], border: [] } });
  for (const row of rows) table.push(Object.keys(columns).map((column) => row[column as keyof Row]));
  return table.toString();
}
