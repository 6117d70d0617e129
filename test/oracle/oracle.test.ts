/** All recorded cases, one test for each area: those beside the project where they are, else the copy kept here. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadCases } from "./case-file.js";
import { loadDeviations } from "./deviations.js";
import { failureText } from "./report.js";
import { runCase } from "./run-case.js";

const beside = join(import.meta.dirname, "../../../shared/oracle/cases.json");
const kept = join(import.meta.dirname, "cases.json.gz");
const { cases } = loadCases(existsSync(beside) ? beside : kept);
const deviations = loadDeviations(join(import.meta.dirname, "deviations.json"));

for (const area of new Set(cases.map((program) => program.area))) {
  it(`does what Aesara did: ${area}`, { timeout: 120_000 }, async () => {
    const failures: string[] = [];
    for (const program of cases.filter((candidate) => candidate.area === area)) {
      const result = await runCase(program, deviations);
      if (result.verdict === "failed") failures.push(failureText(result));
    }
    expect(failures.join("\n\n")).toBe("");
  });
}
