/** `npm run bench`: measures lines beside the peers, prints a table, and writes JSON. */
import { writeFileSync } from "node:fs";
import { readArguments } from "./arguments.js";
import { entrants, ownEntrants } from "./contenders.js";
import { lines, selectLines, tinyLines } from "./lines.js";
import { measure } from "./measure.js";
import { nodesOf } from "./nodes.js";
import { ensurePeers } from "./peers.js";
import { type ReportLine, reportLines, rowOf, terminalTable } from "./report.js";

const options = readArguments(process.argv.slice(2));
const all = options.tiny ? tinyLines : lines;
const selected = selectLines(all, options.only);
if (!options.own) ensurePeers();
const taking = (options.own ? ownEntrants : entrants).filter(
  ({ name, role }) =>
    role === "ours" || options.contenders === undefined || options.contenders.includes(name),
);

const report: ReportLine[] = [];
const known = new Map<string, string>();
for (const node of nodesOf(options.node)) {
  for (const line of selected) {
    process.stderr.write(`node ${node.version}: ${line.name}\n`);
    const measurement = await measure(line, taking, node.executable, options);
    for (const { entrant, reason } of measurement.dropped) {
      process.stderr.write(`  ${entrant.name} is left out: ${reason}\n`);
    }
    for (const [name, text] of Object.entries(measurement.about)) {
      if (known.get(name) !== text) process.stderr.write(`  ${name}: ${text}\n`);
      known.set(name, text);
    }
    report.push(...reportLines(measurement, node.version));
  }
}
const byName = new Map(all.map((line) => [line.name, line]));
const roles = new Map(entrants.map(({ name, role }) => [name, role]));
for (const version of new Set(report.map(({ node }) => node))) {
  const rows = report.filter(({ node }) => node === version).map((entry) => rowOf(entry, byName, roles));
  console.log(`Node ${version}: medians of a call; ratios above 1: bitale is faster`);
  console.log(terminalTable(rows));
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
