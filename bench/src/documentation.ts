/** The tables of docs/performance.md, made anew from docs/performance.json between marks; the words around them stay. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { entrants } from "./contenders.js";
import { type Line, lines, selectLines } from "./lines.js";
import { columns, plainName, type ReportLine, type Row, rowOf } from "./report.js";

const page = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const figures = fileURLToPath(new URL("../../docs/performance.json", import.meta.url));

const majorOf = (version: string): string => version.split(".", 1)[0] as string;

/** Old figures with new ones in their places: those of the same line and the same major version of Node. */
export function merged(old: readonly ReportLine[], fresh: readonly ReportLine[]): ReportLine[] {
  const keyOf = ({ line, node }: ReportLine): string => `${line} ${majorOf(node)}`;
  const all = new Map([...old, ...fresh].map((entry) => [keyOf(entry), entry]));
  const place = new Map(lines.map(({ name }, i) => [name, i]));
  const placeOf = ({ line }: ReportLine): number => place.get(plainName(line)) ?? lines.length;
  return [...all.values()].sort(
    (a, b) =>
      placeOf(a) - placeOf(b) ||
      a.line.length - b.line.length ||
      Number(majorOf(a.node)) - Number(majorOf(b.node)),
  );
}

/** One Markdown table of the lines that `names` choose. */
function table(report: readonly ReportLine[], names: readonly string[]): string {
  const byName: ReadonlyMap<string, Line> = new Map(lines.map((line) => [line.name, line]));
  const roles = new Map(entrants.map(({ name, role }) => [name, role]));
  const chosen = new Set(selectLines(lines, names).map(({ name }) => name));
  const keys = Object.keys(columns) as (keyof Row)[];
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    row(["Node", ...keys.map((key) => columns[key])]),
    row(["---", ...keys.map((key) => (key === "line" || key === "references" ? "---" : "---:"))]),
    ...report
      .filter(({ line }) => chosen.has(plainName(line)))
      .map((entry) => {
        const cells = rowOf(entry, byName, roles);
        return row([majorOf(entry.node), ...keys.map((key) => cells[key])]);
      }),
  ].join("\n");
}

const tableMark = /(<!-- bench: ([^>]*?) -->\n).*?(<!-- \/bench -->)/gs;
const machineMark = /(<!-- bench machine -->\n).*?(<!-- \/bench -->)/s;

/** The page with its tables made from a report. `<!-- bench: sgd adam -->` marks the place of a table, and its lines. */
export const withTables = (text: string, report: readonly ReportLine[]): string =>
  text.replace(tableMark, (_all, start: string, names: string, end: string) => {
    return `${start}\n${table(report, names.split(" "))}\n\n${end}`;
  });

/** Processor and memory of this machine, and what contenders say about themselves. */
function machine(about: ReadonlyMap<string, string>, command: string): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const described = [...about].map(([name, text]) => `- ${name}: ${text}`);
  return [
    `${first?.model ?? "unknown processor"}, ${cpus().length} cores, ${memory} GiB.`,
    "",
    ...described,
    "",
    `Made by \`${command}\`.`,
  ].join("\n");
}

/** Makes the page's tables anew from the figures that are there. */
export function rewriteTables(): void {
  const report = JSON.parse(readFileSync(figures, "utf8")) as ReportLine[];
  writeFileSync(page, withTables(readFileSync(page, "utf8"), report));
}

/**
 * Puts fresh figures in the places of old ones, and makes the page anew.
 * @param about what contenders say about themselves
 * @param command the command that made the figures
 */
export function document(
  fresh: readonly ReportLine[],
  about: ReadonlyMap<string, string>,
  command: string,
): void {
  const old = existsSync(figures) ? (JSON.parse(readFileSync(figures, "utf8")) as ReportLine[]) : [];
  writeFileSync(figures, `${JSON.stringify(merged(old, fresh), undefined, 2)}\n`);
  const text = readFileSync(page, "utf8").replace(
    machineMark,
    (_all, start: string, end: string) => `${start}\n${machine(about, command)}\n\n${end}`,
  );
  writeFileSync(page, text);
  rewriteTables();
}
