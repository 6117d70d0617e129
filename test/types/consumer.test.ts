import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { readImports } from "../../tools/check/imports.mjs";
import { PUBLISHED } from "../../tools/check/published.mjs";

const repository = join(import.meta.dirname, "../..");

describe("a consumer who checks libraries too (skipLibCheck: false)", () => {
  it.each(["host", "browser"])("compiles: %s", (consumer) => {
    expect(errorsOf(join(import.meta.dirname, "consumer", consumer))).toBe("");
  });
});

describe("published declarations", () => {
  it.each(PUBLISHED)("of $folder name only what the package brings along", ({ folder }) => {
    const { exports, dependencies, peerDependencies } = readManifest(folder);
    const allowed = Object.keys({ ...dependencies, ...peerDependencies });
    const entries = Object.values(exports).flatMap(declarationsOf);
    const strangers = reachableFrom(entries.map((entry) => join(repository, folder, entry))).filter(
      ({ name }) => !allowed.includes(packageOf(name)),
    );
    expect(strangers).toEqual([]);
  });
});

/** What the compiler says about the project in a folder. */
function errorsOf(folder: string): string {
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  try {
    execFileSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

/** The bare specifiers and the `/// <reference>` directives of declaration files and of all that they import. */
function reachableFrom(entries: readonly string[]): { file: string; name: string }[] {
  const named: { file: string; name: string }[] = [];
  const files = new Set(entries);
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const [, name = ""] of text.matchAll(/^\/\/\/ <reference [a-z]+="(.+)"/gm)) {
      named.push({ file: relative(repository, file), name });
    }
    for (const { specifier } of readImports(file, text)) {
      if (specifier.startsWith(".")) files.add(join(dirname(file), specifier.replace(/\.js$/, ".d.ts")));
      else named.push({ file: relative(repository, file), name: specifier });
    }
  }
  return named;
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

type ExportTarget = string | { [condition: string]: ExportTarget };

function declarationsOf(target: ExportTarget): string[] {
  if (typeof target === "string") return target.endsWith(".d.ts") ? [target] : [];
  return Object.values(target).flatMap(declarationsOf);
}

interface Manifest {
  exports: Record<string, ExportTarget>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(repository, folder, "package.json"), "utf8"));
}
