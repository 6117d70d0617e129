import type { Plugin } from "../plugin/contract.js";
import { browserEnvironment } from "../plugin/environment.js";
import { createRuntimeIn } from "../runtime.js";
import { benchOf } from "./bench.js";
import { type CaseDefinition, ConformanceFailure, type Subject } from "./case.js";
import { constructorCases } from "./cases/constructor.js";
import { functionCases } from "./cases/functions.js";
import { memoryCases } from "./cases/memory.js";
import { primitiveCases } from "./cases/primitives.js";
import { readingCases } from "./cases/reading.js";
import { regionCases } from "./cases/regions.js";
import { reuseCases } from "./cases/reuse.js";
import { settingCases } from "./cases/setting.js";
import { updateCases } from "./cases/updates.js";
import { valueCases } from "./cases/values.js";
import { denseFixture } from "./dense-fixture.js";
import type { Fixture } from "./fixture.js";

/** One case for one plugin, ready to run in any test framework. */
export interface ConformanceCase {
  readonly id: string;
  readonly title: string;
  /** @throws ConformanceFailure, or whatever the plugin throws where it must not */
  readonly run: () => Promise<void>;
}

/** What a run found: plain data. */
export interface ConformanceReport {
  readonly plugin: string;
  readonly passed: readonly string[];
  readonly failed: readonly {
    readonly id: string;
    readonly message: string;
    readonly expected: string;
    readonly got: string;
  }[];
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

export interface ConformanceOptions {
  /** Options of the plugin, as in `pluginOptions` of the config. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** Only these cases. */
  readonly only?: readonly string[] | undefined;
  /** Cases that are left out, each with its reason. */
  readonly skip?: Readonly<Record<string, string>> | undefined;
}

const definitions: readonly CaseDefinition[] = [
  ...constructorCases,
  ...readingCases,
  ...memoryCases,
  ...settingCases,
  ...valueCases,
  ...updateCases,
  ...functionCases,
  ...regionCases,
  ...reuseCases,
  ...primitiveCases,
];

/** Ids of all cases, whether they apply to a plugin or not. */
export const caseIds: readonly string[] = definitions.map((definition) => definition.id);

/**
 * The cases that apply to a plugin, by what it declares.
 * @param fixture what differs from dense arrays
 * @throws TypeError for an unknown case, for a skip without a reason, and for a plugin that declares no dtype
 */
export function conformance(
  plugin: Plugin,
  fixture: Partial<Fixture> = {},
  options: ConformanceOptions = {},
): ConformanceCase[] {
  checkOptions(options);
  const subject: Subject = {
    plugin,
    fixture: { ...denseFixture, ...fixture },
    dtype: anyDType(plugin),
    options: options.options ?? {},
  };
  return definitions
    .filter(({ id }) => options.only?.includes(id) ?? true)
    .filter(({ id }) => !Object.hasOwn(options.skip ?? {}, id))
    .filter(({ applies }) => applies?.(subject) ?? true)
    .map((definition) => ({
      id: definition.id,
      title: definition.title,
      run: () => runCase(definition, subject),
    }));
}

/** Runs the cases that apply, one after another, and reports. */
export async function runConformance(
  plugin: Plugin,
  fixture: Partial<Fixture> = {},
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const passed: string[] = [];
  const failed: ConformanceReport["failed"][number][] = [];
  for (const { id, run } of conformance(plugin, fixture, options)) {
    try {
      await run();
      passed.push(id);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const { expected, got } =
        error instanceof ConformanceFailure ? error : { expected: "no error", got: String(error) };
      failed.push({ id, message, expected, got });
    }
  }
  const skipped = Object.entries(options.skip ?? {}).map(([id, reason]) => ({ id, reason }));
  return { plugin: plugin.id, passed, failed, skipped };
}

/** A report for people. */
export function reportText(report: ConformanceReport): string {
  const lines = report.failed.map(({ id, message }) => `  failed  ${id}: ${message}`);
  const skips = report.skipped.map(({ id, reason }) => `  skipped ${id}: ${reason}`);
  const count = `${report.passed.length} passed, ${report.failed.length} failed, ${report.skipped.length} skipped`;
  return [`${report.plugin}: ${count}`, ...lines, ...skips].join("\n");
}

async function runCase(definition: CaseDefinition, subject: Subject): Promise<void> {
  const { plugin, options } = subject;
  const runtime = createRuntimeIn(browserEnvironment, {
    plugins: [plugin],
    pluginOptions: { [plugin.id]: options },
    warn: () => {},
  });
  try {
    await runtime.ready(plugin.id);
    await definition.run(benchOf(subject, runtime));
  } catch (error) {
    await runtime.dispose().catch(() => undefined);
    throw error;
  }
  await runtime.dispose();
}

function anyDType({ id, supports }: Plugin): Subject["dtype"] {
  const { dtypes } = supports;
  const dtype = dtypes.find((d) => d === "float32") ?? dtypes.find((d) => d.startsWith("float")) ?? dtypes[0];
  if (dtype === undefined) throw new TypeError(`${id} declares no dtype that its storage holds`);
  return dtype;
}

function checkOptions({ only = [], skip = {} }: ConformanceOptions): void {
  for (const id of [...only, ...Object.keys(skip)]) {
    if (!caseIds.includes(id)) throw new TypeError(`${id} is no case of the conformance kit`);
  }
  for (const [id, reason] of Object.entries(skip)) {
    if (reason.trim() === "") throw new TypeError(`skipping ${id} needs a reason`);
  }
}
