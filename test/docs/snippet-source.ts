/** Finds the runnable code in the docs: ```ts blocks in Markdown and @example blocks in JSDoc. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Snippet {
  /** File and line, for test titles. */
  readonly origin: string;
  readonly code: string;
}

const block = /```ts[ \t]*([^\n]*)\n([\s\S]*?)```/g;

/**
 * Snippets of one text; blocks marked `no-run` are left out, and one marked `continues` is the rest of the block before
 * it: together they are one program.
 */
export function snippetsOf(text: string, file: string): Snippet[] {
  const plain = file.endsWith(".ts") ? text.replace(/^[ \t]*\*(?!\/)[ \t]?/gm, "") : text;
  const snippets: Snippet[] = [];
  for (const match of plain.matchAll(block)) {
    const [, marks = "", body = ""] = match;
    if (marks.includes("no-run")) continue;
    const code = body.replaceAll("*\\/", "*/");
    const before = marks.includes("continues") ? snippets.pop() : undefined;
    const line = plain.slice(0, match.index).split("\n").length;
    snippets.push({
      origin: before?.origin ?? `${file}:${line}`,
      code: before === undefined ? code : `${before.code}\n${code}`,
    });
  }
  return snippets;
}

/**
 * What a snippet says that it prints: the comments behind its `console.log`, up to an explanation, or the lines of
 * comment right below it. What has an ellipsis is not compared.
 */
export function promisedOutput(code: string): string[] {
  const lines = code.split("\n");
  return lines.flatMap((line, i) => {
    if (/^\s*console\.log\(.*\);$/.test(line)) {
      const below = lines.slice(i + 1);
      const end = below.findIndex((next) => !next.startsWith("// "));
      return (end === -1 ? below : below.slice(0, end))
        .map((next) => next.slice(3))
        .filter((output) => !output.includes("…"));
    }
    const comment = /console\.log\(.*\);? \/\/ (.*)$/.exec(line)?.[1];
    if (comment === undefined) return [];
    const [output = ""] = comment.split(/: |; /);
    return output.includes("…") || /[a-z] [a-z]/.test(output) ? [] : [output];
  });
}

/** Text without what only lays it out. */
export const plainText = (text: string): string => text.replace(/[\s'"`]/g, "");

/** All snippets below some files and folders of the project. */
export function collectSnippets(root: string, places: readonly string[]): Snippet[] {
  return places
    .flatMap((place) => filesBelow(root, place))
    .flatMap((file) => snippetsOf(readFileSync(join(root, file), "utf8"), file));
}

function filesBelow(root: string, place: string): string[] {
  if (/\.(md|ts)$/.test(place)) return [place];
  return readdirSync(join(root, place), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(md|ts)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((file) => !/node_modules|\/dist\//.test(file))
    .sort();
}
