import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

/** Names listed under one reason; the rest is counted. */
const NAMES_PER_REASON = 5;

/**
 * Says at the end of a run what was skipped and why, then closes with the plain line
 * `N passed, N failed, N skipped`. A reason is what the test gave to `ctx.skip("reason")`.
 */
export default class SkippedReporter implements Reporter {
  #filtered = false;

  onInit(vitest: Vitest): void {
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const reasons = new Map<string, string[]>();
    for (const module of modules) {
      // A file that fails to load, or a hook that throws, has failed without any test of its own failing.
      const groups = [module, ...module.children.allSuites()];
      count.failed += groups.filter((group) => group.errors().length > 0).length;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === "passed") count.passed += 1;
        else if (state === "failed") count.failed += 1;
        else {
          count.skipped += 1;
          const reason = reasonOf(test);
          const names = reasons.get(reason) ?? [];
          names.push(`${module.relativeModuleId} > ${test.fullName}`);
          reasons.set(reason, names);
        }
      }
    }
    const lines = this.#filtered ? [] : describeSkips(reasons);
    process.stdout.write(
      `${lines.join("\n")}\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
    );
  }
}

function reasonOf(test: TestCase): string {
  if (test.options.mode === "todo") return "to do";
  const result = test.result();
  return (result.state === "skipped" ? result.note : undefined) ?? "no reason given";
}

function describeSkips(reasons: ReadonlyMap<string, readonly string[]>): string[] {
  const lines = reasons.size === 0 ? [] : ["Skipped, and why:"];
  for (const [reason, names] of reasons) {
    lines.push(`  ${reason} (${names.length})`);
    for (const name of names.slice(0, NAMES_PER_REASON)) lines.push(`    ${name}`);
    if (names.length > NAMES_PER_REASON) lines.push(`    and ${names.length - NAMES_PER_REASON} more`);
  }
  return lines;
}
