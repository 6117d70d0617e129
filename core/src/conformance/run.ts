import { isBitaleError } from "../errors.js";
import type { Plugin } from "../plugin/contract.js";
import { browserEnvironment } from "../plugin/environment.js";
import { createRuntimeIn } from "../runtime.js";
import { isNDArray } from "../tensor/ndarray.js";
import { type Bench, type CaseDefinition, ConformanceFailure } from "./case.js";
import { constructorCases } from "./cases/constructor.js";
import { memoryCases } from "./cases/memory.js";
import { updateCases } from "./cases/updates.js";
import { valueCases } from "./cases/values.js";
import { denseFixture, type Fixture } from "./fixture.js";

/** One case for one plugin, ready to run in any test framework. */
export interface ConformanceCase {
  readonly id: string;
  readonly title: string;
  /** @throws ConformanceFailure, or whatever the plugin throws where it must not */
  readonly run: () => Promise<void>;
}

export interface ConformanceReport {
  readonly plugin: string;
  readonly passed: readonly string[];
  readonly failed: readonly {
    readonly id: string;
    readonly message: string;
    readonly expected?: string;
    readonly got?: string;
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
  ...memoryCases,
  ...valueCases,
  ...updateCases,
];

/** Ids of all cases. */
export const caseIds: readonly string[] = definitions.map((definition) => definition.id);

/**
 * The cases that apply to a plugin, by what it declares.
 * @param fixture what differs from dense arrays
 * @throws TypeError for a skip of an unknown case or without a reason
 */
export function conformance(
  plugin: Plugin,
  fixture: Partial<Fixture> = {},
  options: ConformanceOptions = {},
): ConformanceCase[] {
  checkOptions(options);
  const full: Fixture = { ...denseFixture, ...fixture };
  return definitions
    .filter(({ id }) => options.only?.includes(id) ?? true)
    .filter(({ id }) => !Object.hasOwn(options.skip ?? {}, id))
    .filter(({ applies }) => applies?.({ plugin, fixture: full }) ?? true)
    .map(({ id, title, run }) => ({
      id,
      title,
      run: async () => {
        const runtime = createRuntimeIn(browserEnvironment, {
          plugins: [plugin],
          pluginOptions: options.options === undefined ? {} : { [plugin.id]: options.options },
          warn: () => {},
        });
        try {
          await runtime.ready();
          await run(benchOf(plugin, full, runtime));
        } finally {
          await runtime.dispose();
        }
      },
    }));
}

/** Runs the cases and reports, as data. */
export async function runConformance(
  plugin: Plugin,
  fixture: Partial<Fixture> = {},
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const passed: string[] = [];
  const failed: { id: string; message: string; expected?: string; got?: string }[] = [];
  for (const { id, run } of conformance(plugin, fixture, options)) {
    try {
      await run();
      passed.push(id);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const details = error instanceof ConformanceFailure ? { expected: error.expected, got: error.got } : {};
      failed.push({ id, message, ...details });
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

function checkOptions({ only = [], skip = {} }: ConformanceOptions): void {
  for (const id of [...only, ...Object.keys(skip)]) {
    if (!caseIds.includes(id)) throw new TypeError(`${id} is no case of the conformance kit`);
  }
  for (const [id, reason] of Object.entries(skip)) {
    if (reason.trim() === "") throw new TypeError(`skipping ${id} needs a reason`);
  }
}

const show = (value: unknown): string =>
  isNDArray(value)
    ? `${value} ${JSON.stringify(value.toArray(), (_k, v) => (typeof v === "bigint" ? `${v}n` : v))}`
    : String(value);

function benchOf(plugin: Plugin, fixture: Fixture, runtime: Bench["runtime"]): Bench {
  const { dtypes, syncRead } = plugin.supports;
  const dtype = dtypes.find((d) => d === "float32") ?? dtypes.find((d) => d.startsWith("float")) ?? dtypes[0];
  if (dtype === undefined) throw new ConformanceFailure("supports.dtypes", "at least one dtype", "none");
  return {
    plugin,
    fixture,
    runtime,
    dtype,
    make: (value, options = {}) => runtime.shared(value, { ...fixture.kwargs, ...options } as never),
    read: async (variable, borrow = false) =>
      syncRead ? variable.getValue({ borrow }) : variable.getValueAsync({ borrow }),
    same: (what, got, expected) => {
      if (!fixture.same(got, expected)) throw new ConformanceFailure(what, show(expected), show(got));
    },
    holds: (what, condition, expected, got = "something else") => {
      if (!condition) throw new ConformanceFailure(what, expected, got);
    },
    refuses: (what, body) => {
      try {
        body();
      } catch (error) {
        if (isBitaleError(error)) return;
        throw new ConformanceFailure(what, "an error with a code", String(error));
      }
      throw new ConformanceFailure(what, "an error", "none");
    },
  };
}
