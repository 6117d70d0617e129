/** All recorded cases, one test for each area. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadCases } from "./case-file.js";
import { loadDeviations } from "./deviations.js";
import { failureText } from "./report.js";
import { runCase } from "./run-case.js";

const { cases } = loadCases(join(import.meta.dirname, "cases.json.gz"));
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
