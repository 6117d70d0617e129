/** `npm run oracle -- FILE [--area A] [--id ID] [--json PATH]`: runs recorded cases on the public API. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Case, loadCases } from "./case-file.js";
import { loadDeviations } from "./deviations.js";
import { failureText, summaryText, writeReport } from "./report.js";
import { type Result, runCase } from "./run-case.js";

const usage = "npm run oracle -- FILE [--area AREA] [--id ID] [--json PATH]";

/** A path as the user wrote it: npm changes the folder, INIT_CWD is where it was typed. */
const fromHere = (path: string): string => {
  const typed = process.env.INIT_CWD;
  return typed === undefined || existsSync(path) ? resolve(path) : resolve(typed, path);
};

const { values, positionals } = options();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const [file] = positionals;
if (file === undefined || positionals.length > 1) refuse(`one file of cases is needed\n${usage}`);

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        area: { type: "string", multiple: true },
        id: { type: "string", multiple: true },
        json: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    return refuse(`${(error as Error).message.split(". ")[0]}\n${usage}`);
  }
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

function load(path: string): readonly Case[] {
  try {
    return loadCases(path).cases;
  } catch (error) {
    return refuse(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const wanted = (list: readonly string[] | undefined, name: string): boolean =>
  list === undefined || list.includes(name);
const deviations = loadDeviations(join(import.meta.dirname, "..", "deviations.json"));
const cases = load(fromHere(file)).filter(
  ({ id, area }) => wanted(values.area, area) && wanted(values.id, id),
);
if (cases.length === 0) refuse(`${file} has no case${values.area || values.id ? " of this area or id" : ""}`);
const results: Result[] = [];
for (const program of cases) {
  const result = await runCase(program, deviations);
  results.push(result);
  if (result.verdict === "failed") console.log(`${failureText(result)}\n`);
}
if (values.json !== undefined) writeReport(fromHere(values.json), results);
console.log(summaryText(results));
process.exitCode = results.some(({ verdict }) => verdict === "failed") ? 1 : 0;
