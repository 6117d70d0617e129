/** The kit itself: plugins that break a promise fail exactly the cases that are about it, and every case can fail. */
import {
  type Executable,
  type LoweredName,
  loweredNames,
  type NDArray,
  type Plugin,
  type Region,
} from "@bitale/core";
import {
  type ConformanceReport,
  caseIds,
  conformance,
  reportText,
  runConformance,
} from "@bitale/core/conformance";
import { describe, expect, it } from "vitest";
import { runReference } from "../region-builder.js";
import { boxPlugin, pluginOf } from "./honest-plugins.js";
import { honestPlugins, wrongPlugins } from "./wrong-plugins.js";
import { failedCases } from "./wrong-plugins-fail.js";

const idsOf = (failed: ConformanceReport["failed"]): string[] => failed.map(({ id }) => id);
const primitiveIds = caseIds.filter((id) => id.startsWith("primitive."));

/** Cases that only core can fail: a plugin is not asked there. */
const coresOwn = ["constructor.unknown-kwarg", "constructor.symbolic"];

describe("the conformance kit", () => {
  it.each(honestPlugins)("passes a plugin that %s", async (_name, plugin) => {
    const report = await runConformance(plugin);
    expect(report.failed).toEqual([]);
    expect(report.passed).toEqual(conformance(plugin).map(({ id }) => id));
  });

  it.each(wrongPlugins)("catches a plugin that %s", async (name, plugin) => {
    expect(idsOf((await runConformance(plugin)).failed)).toEqual(failedCases[name]);
  });

  it("has no case that cannot fail", () => {
    const failing = new Set(Object.values(failedCases).flat());
    const never = caseIds.filter((id) => !failing.has(id) && !id.startsWith("primitive."));
    expect(never).toEqual(coresOwn);
    expect(Object.keys(failedCases)).toEqual(wrongPlugins.map(([name]) => name));
  });

  it("names each case once, by its subject", () => {
    expect(new Set(caseIds).size).toBe(caseIds.length);
    expect(caseIds.filter((id) => !/^[a-z]+\.[a-z0-9-]+$/i.test(id))).toEqual([]);
  });
});

/** Every primitive, by the reference kernels; one of them gives results that are a little wrong. */
function computingPlugin(wrong?: LoweredName): Plugin {
  const compileRegion = (region: Region): Executable => ({
    run: (inputs, scalars) => {
      const results = runReference(region, inputs as NDArray[], scalars);
      if (region.nodes.some(({ op }) => op === wrong)) results.forEach(spoil);
      return results;
    },
  });
  return pluginOf({ supports: { ops: "all" }, compileRegion });
}

function spoil({ data }: NDArray): void {
  const last = data.length - 1;
  if (last >= 0) data[last] = (typeof data[last] === "bigint" ? data[last] ^ 1n : 1 - data[last]!) as never;
}

describe("the cases of primitives", () => {
  it("pass for the reference kernels", async () => {
    const report = await runConformance(computingPlugin(), {}, { only: primitiveIds });
    expect(report).toMatchObject({ failed: [], passed: primitiveIds });
  });

  it.each(loweredNames)("catch a wrong %s, and nothing else", async (name) => {
    const others = primitiveIds.filter((_, i) => i % 7 === 0);
    const only = [...new Set([...others, `primitive.${name}`])];
    const report = await runConformance(computingPlugin(name), {}, { only });
    expect(idsOf(report.failed)).toEqual([`primitive.${name}`]);
  });
});

describe("the report", () => {
  it("says what was expected and what was there, as data and as text", async () => {
    const [, plugin] = wrongPlugins.find(([name]) => name === "copies on a borrowing get") ?? [];
    const report = await runConformance(plugin as Plugin, {}, { only: ["alias.get-borrow", "get.copy"] });
    expect(JSON.parse(JSON.stringify(report))).toEqual({
      plugin: "sample",
      passed: ["get.copy"],
      failed: [
        {
          id: "alias.get-borrow",
          message: expect.stringMatching(/^storage \(aliases\): expected NDArray.* got NDArray/),
          expected: "NDArray(float32, [2, 3]) [[13.5,16.5,19.5],[22.5,14.5,17.5]]",
          got: "NDArray(float32, [2, 3]) [[-3.5,-0.5,2.5],[5.5,-2.5,0.5]]",
        },
      ],
      skipped: [],
    });
    expect(reportText(report)).toMatch(
      /^sample: 1 passed, 1 failed, 0 skipped\n {2}failed {2}alias.get-borrow: /,
    );
  });

  it("lists what was skipped, which needs a reason and a case that exists", async () => {
    const report = await runConformance(pluginOf(), {}, { skip: { "get.copy": "for this test" } });
    expect(report.skipped).toEqual([{ id: "get.copy", reason: "for this test" }]);
    expect(report.passed).not.toContain("get.copy");
    expect(reportText(report)).toMatch(/skipped get\.copy: for this test$/);
    expect(() => conformance(pluginOf(), {}, { skip: { "get.copy": " " } })).toThrow(/needs a reason/);
    expect(() => conformance(pluginOf(), {}, { only: ["get.nothing"] })).toThrow(/no case/);
  });

  it("tells a plugin that does not start, and one without dtypes", async () => {
    const broken = pluginOf({
      construct: () => {
        throw new Error("no driver");
      },
    });
    const { failed } = await runConformance(broken, {}, { only: ["get.copy"] });
    expect(failed).toMatchObject([{ id: "get.copy", message: /no driver/, expected: "no error" }]);
    expect(() => conformance(boxPlugin({ supports: { dtypes: [] } }))).toThrow(/declares no dtype/);
  });
});
