/** The benchmark runs, on tiny lines and without the peers; nothing here looks at how long anything took. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { uniform32 } from "../../bench/dist/data.js";
import { merged, withTables } from "../../bench/dist/documentation.js";
import { difference, fingerprints } from "../../bench/dist/fingerprint.js";
import { lines, selectLines, tinyLines } from "../../bench/dist/lines.js";
import { type ReportLine, reportLines } from "../../bench/dist/report.js";

const folder = mkdtempSync(join(tmpdir(), "bitale-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const main = fileURLToPath(new URL("../../bench/dist/main.js", import.meta.url));

describe("npm run bench", () => {
  it("measures every kind of line and writes a list", () => {
    const json = join(folder, "tiny.json");
    const effort = ["--rounds", "2", "--round-time", "1", "--warm-up-time", "1"];
    const contenders = ["--contenders", "deterministic,plain,memcpy"];
    const table = execFileSync(
      process.execPath,
      [main, "--own", "--tiny", ...contenders, ...effort, "--json", json],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const report = JSON.parse(readFileSync(json, "utf8")) as ReportLine[];
    for (const { name, unit, workload } of tinyLines) {
      const entry = report.find(({ line }) => line === name);
      expect(table).toContain(name);
      expect(entry).toMatchObject({
        line: name,
        node: process.versions.node,
        unit,
        ratioToFastestJsPeer: null,
        ratioToNumpy: null,
      });
      expect(entry?.ours).toBeGreaterThan(0);
      const references = Object.values(entry?.peers ?? {});
      expect(references.every((time) => time > 0)).toBe(true);
      if (workload.kind === "gemm") expect(Object.keys(entry?.peers ?? {})).toEqual(["plain"]);
    }
  }, 120_000);
});

describe("results are compared before they are timed", () => {
  const ours = fingerprints({ x: uniform32(1000, { seed: 1, low: -1, high: 1 }) });

  it("agrees within the tolerance", () => {
    const close = uniform32(1000, { seed: 1, low: -1, high: 1 }).map((value) => value * (1 + 1e-5));
    expect(difference(fingerprints({ x: close, more: [1] }), ours, 1e-3)).toBeUndefined();
  });

  it("tells what differs", () => {
    const other = uniform32(1000, { seed: 2, low: -1, high: 1 });
    expect(difference(fingerprints({ x: other }), ours, 1e-3)).toMatch(/x/);
    expect(difference(fingerprints({ x: other.subarray(1) }), ours, 1e-3)).toBe(
      "x has 999 elements instead of 1000",
    );
    expect(difference({}, ours, 1e-3)).toBe("x is missing");
  });

  it("finds NaN different from numbers", () => {
    expect(difference(fingerprints({ x: new Float32Array(1000).fill(Number.NaN) }), ours, 1e-3)).toMatch(
      /NaN/,
    );
  });
});

describe("lines", () => {
  it("have names of their own", () => {
    expect(new Set(lines.map(({ name }) => name)).size).toBe(lines.length);
  });

  it("are chosen by name or by beginning", () => {
    const names = (only: readonly string[]) => selectLines(lines, only).map(({ name }) => name);
    expect(names(["sgd", "mlp-20"])).toEqual(["sgd-1e3", "sgd-1e5", "sgd-1e7", "mlp-20"]);
    expect(names(["gemm-f32-16"])).toEqual(["gemm-f32-16"]);
    expect(() => names(["gem"])).toThrow(/no line is named gem/);
  });
});

describe("the report", () => {
  it("has ratios above 1 where we are faster, of the fastest peer and of numpy", () => {
    const entrant = (name: string, role: "ours" | "peer" | "reference") => ({
      name,
      role,
      program: "",
      options: {},
      environment: {},
      checked: true,
      lines: () => true,
    });
    const timings = [
      { entrant: entrant("bitale", "ours"), median: 2000, spread: 0 },
      { entrant: entrant("bitale+threads", "ours"), median: 1000, spread: 0 },
      { entrant: entrant("slow", "peer"), median: 9000, spread: 0 },
      { entrant: entrant("fast", "peer"), median: 4000, spread: 0 },
      { entrant: entrant("plain", "reference"), median: 10, spread: 0 },
      { entrant: entrant("numpy", "reference"), median: 1500, spread: 0 },
    ];
    const line = selectLines(lines, ["sgd-1e5"])[0];
    if (line === undefined) throw new Error("sgd-1e5 is gone");
    const peers = { slow: 9, fast: 4, plain: 0.01, numpy: 1.5 };
    expect(reportLines({ line, timings, dropped: [], about: {} }, "20.20.2")).toEqual([
      {
        line: "sgd-1e5",
        node: "20.20.2",
        unit: "us",
        ours: 2,
        peers,
        ratioToFastestJsPeer: 2,
        ratioToNumpy: 0.75,
      },
      {
        line: "sgd-1e5+threads",
        node: "20.20.2",
        unit: "us",
        ours: 1,
        peers,
        ratioToFastestJsPeer: 4,
        ratioToNumpy: 1.5,
      },
    ]);
  });
});

describe("the documentation", () => {
  const entry = (line: string, node: string, ours: number): ReportLine => ({
    line,
    node,
    unit: "us",
    ours,
    peers: { "tfjs-wasm": 4, "ort-web": 3, numpy: 1, memcpy: 0.5 },
    ratioToFastestJsPeer: 1.5,
    ratioToNumpy: 0.5,
  });

  it("keeps figures that were not measured again, and the order of the lines", () => {
    const old = [
      entry("sgd-1e3", "20.19.0", 1),
      entry("sgd-1e5", "20.19.0", 2),
      entry("sgd-1e5", "24.1.0", 3),
    ];
    const fresh = [entry("sgd-1e5", "20.20.2", 4), entry("call", "20.20.2", 5)];
    expect(merged(old, fresh).map(({ line, node, ours }) => [line, node, ours])).toEqual([
      ["call", "20.20.2", 5],
      ["sgd-1e3", "20.19.0", 1],
      ["sgd-1e5", "20.20.2", 4],
      ["sgd-1e5", "24.1.0", 3],
    ]);
  });

  it("has tables between marks, and leaves the words around them alone", () => {
    const text =
      "before\n<!-- bench: sgd-1e5 -->\nold\n<!-- /bench -->\nbetween\n<!-- bench: call -->\n<!-- /bench -->\n";
    const made = withTables(text, [entry("sgd-1e5", "20.20.2", 2), entry("sgd-1e3", "20.20.2", 7)]);
    expect(made).toContain("before\n<!-- bench: sgd-1e5 -->\n");
    expect(made).toContain(
      "| 20 | sgd-1e5 | 2 us | 600 GB/s | ort-web 3 us | 1.5 | 1 us | 0.5 | memcpy 0.5 us |",
    );
    expect(made).not.toContain("old");
    expect(made).not.toContain("sgd-1e3");
    expect(withTables(made, [entry("sgd-1e5", "20.20.2", 2)])).toBe(made);
  });
});
