/** `npm run bench`: measures lines beside the peers, prints tables, and writes JSON and documentation. */
import { writeFileSync } from "node:fs";
import { type Arguments, readArguments } from "./arguments.js";
import { type Entrant, entrants, OURS, ownEntrants } from "./contenders.js";
import { document, rewriteTables } from "./documentation.js";
import { type Line, lines, selectLines, tinyLines } from "./lines.js";
import { type Measurement, measure } from "./measure.js";
import { type NodeProgram, nodesOf } from "./nodes.js";
import { ensurePeers } from "./peers.js";
import { type ReportLine, reportLines, rowOf, terminalTable } from "./report.js";

/** Who takes part, by the arguments. */
function chosen({ own, contenders, clock }: Arguments): readonly Entrant[] {
  return (
    (own ? ownEntrants : entrants)
      .filter(({ name }) => name === OURS || (contenders?.includes(name.replace(`${OURS}+`, "")) ?? true))
      // Processor time of several threads says nothing about how long one waits.
      .filter((entrant) => clock === "wall" || !("threads" in entrant.options))
  );
}

/** Measures line after line, tells about it on standard error, and saves after each: a run can be cut short. */
async function main(options: Arguments): Promise<void> {
  if (options.tables) return rewriteTables();
  const all = options.tiny ? tinyLines : lines;
  const selected = selectLines(all, options.only);
  if (!options.own) ensurePeers();
  const about = new Map<string, string>();
  const report: ReportLine[] = [];
  for (const node of nodesOf(options.node)) {
    for (const line of selected) {
      tell(`node ${node.version}: ${line.name}`);
      const measurement = await measure(line, chosen(options), node.executable, options);
      tellAbout(measurement, node, about);
      report.push(...reportLines(measurement, node.version));
      if (options.json !== undefined) {
        writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
      }
    }
    print(
      report.filter(({ node: version }) => version === node.version),
      all,
      node,
    );
  }
  if (options.docs) document(report, about, ["npm run bench --", ...process.argv.slice(2)].join(" "));
}

const tell = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Who was left out, and what contenders say of themselves where that is new. */
function tellAbout(measurement: Measurement, node: NodeProgram, about: Map<string, string>): void {
  for (const { entrant, reason } of measurement.dropped) tell(`  ${entrant.name} is left out: ${reason}`);
  for (const [name, text] of Object.entries(measurement.about)) {
    const key = name.startsWith(OURS) ? `${name}, Node ${node.version}` : name;
    if (about.get(key) !== text) tell(`  ${key}: ${text}`);
    about.set(key, text);
  }
}

function print(report: readonly ReportLine[], all: readonly Line[], node: NodeProgram): void {
  const byName = new Map(all.map((line) => [line.name, line]));
  const roles = new Map(entrants.map(({ name, role }) => [name, role]));
  console.log(`Node ${node.version}: medians of a call; ratios above 1: bitale is faster`);
  console.log(terminalTable(report.map((entry) => rowOf(entry, byName, roles))));
}

await main(readArguments(process.argv.slice(2)));
