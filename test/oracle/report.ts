/** Results of many cases: as text for people, as JSON for programs. */
import { writeFileSync } from "node:fs";
import { programText } from "./program-text.js";
import type { Result } from "./run-case.js";

const withVerdict = (results: readonly Result[], verdict: Result["verdict"]): Result[] =>
  results.filter((result) => result.verdict === verdict);

/** A failing case: its program, what was expected, what came. */
export function failureText({ program, failures }: Result): string {
  const [first] = failures;
  if (first === undefined) return `${program.id}: no failure`;
  const title = [program.id, `floatX=${program.floatX}`, program.note].filter(Boolean).join("  ");
  const more = failures
    .slice(1)
    .map(({ step, expected, got }) => `  also step ${step}: ${expected} / ${got}`);
  return [
    `FAILED ${title}`,
    programText(program, first.step),
    `  expected: ${first.expected}`,
    `  got:      ${first.got}`,
    ...more.slice(0, 10),
    ...(more.length > 10 ? [`  and ${more.length - 10} more`] : []),
  ].join("\n");
}

/** Counts by area and by letter, and the last line. */
export function summaryText(results: readonly Result[]): string {
  const areas = [...new Set(results.map(({ program }) => program.area))];
  const lines = areas.map((area) => {
    const here = results.filter(({ program }) => program.area === area);
    return `  ${area.padEnd(16)} ${counts(here)}`;
  });
  const applied = results.flatMap(({ deviations }) => deviations);
  const letters = [...new Set(applied.map(({ deviation }) => deviation.letter))].sort();
  const tally = letters.map(
    (letter) => `${letter} ${applied.filter(({ deviation }) => deviation.letter === letter).length}`,
  );
  return [
    ...lines,
    `  steps with an approved deviation: ${tally.join(", ") || "none"}`,
    "",
    counts(results),
  ].join("\n");
}

function counts(results: readonly Result[]): string {
  const [passed, failed, skipped] = (["passed", "failed", "skipped"] as const).map(
    (verdict) => withVerdict(results, verdict).length,
  );
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Writes `{ passed, failed, skipped }`. */
export function writeReport(path: string, results: readonly Result[]): void {
  const report = {
    passed: withVerdict(results, "passed").map(({ program }) => program.id),
    failed: withVerdict(results, "failed").map(({ program: { id, area }, failures }) => ({
      id,
      area,
      ...failures[0],
    })),
    skipped: withVerdict(results, "skipped").map(({ program: { id, area }, deviations }) => ({
      id,
      area,
      letter: deviations[0]?.deviation.letter,
      reason: deviations[0]?.deviation.reason,
    })),
  };
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}
