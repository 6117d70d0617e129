/** Every snippet of the docs compiles (strictly) and runs, each in a process of its own, as an app would run it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { collectSnippets, plainText, promisedOutput } from "./snippet-source.js";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const app = join(root, "test/docs/app");
const generated = join(app, "generated");
const snippets = collectSnippets(root, [
  "README.md",
  "docs",
  "core/src",
  "graph-picture/README.md",
  "graph-picture/src",
  "plugins/tensor-cpu/src",
  "plugins/sparse/src",
  "plugins/tensor-gpu/src",
]);
const fileOf = (index: number): string => `snippet-${String(index).padStart(3, "0")}`;

describe("snippets of the docs", () => {
  beforeAll(() => {
    rmSync(generated, { recursive: true, force: true });
    mkdirSync(generated, { recursive: true });
    snippets.forEach(({ origin, code }, i) => {
      writeFileSync(join(generated, `${fileOf(i)}.ts`), `// ${origin}\n${code}\nexport {};\n`);
    });
    const compilerOptions = {
      composite: false,
      declaration: false,
      declarationMap: false,
      noUnusedLocals: false,
      rootDir: ".",
      outDir: "./out",
      types: ["node"],
    };
    const config = { extends: "../../../../tsconfig.base.json", compilerOptions, include: ["./*.ts"] };
    writeFileSync(join(generated, "tsconfig.json"), JSON.stringify(config));
    try {
      execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", generated], {
        encoding: "utf8",
      });
    } catch (error) {
      throw new Error(`snippets do not compile:\n${(error as { stdout: string }).stdout}`);
    }
  }, 120_000);

  it("finds snippets in the README and in docstrings", () => {
    expect(snippets.some((s) => s.origin.startsWith("README.md"))).toBe(true);
    expect(snippets.some((s) => s.origin.startsWith("core/src/"))).toBe(true);
  });

  it.each(snippets.map((s, i) => [s.origin, i] as const))("%s", (_origin, i) => {
    const printed = execFileSync(process.execPath, [join(generated, "out", `${fileOf(i)}.js`)], {
      cwd: app,
      encoding: "utf8",
      stdio: "pipe",
    });
    let rest = plainText(printed);
    for (const promise of promisedOutput(snippets[i]?.code ?? "")) {
      const at = rest.indexOf(plainText(promise));
      expect(at, `${promise} is not printed in: ${printed}`).toBeGreaterThanOrEqual(0);
      rest = rest.slice(at + plainText(promise).length);
    }
  });
});
