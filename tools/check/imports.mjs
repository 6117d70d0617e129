// Reads the imports of a TypeScript source text or declaration file. It judges nothing: layers.mjs does.
import { parseSync } from "oxc-parser";

/**
 * One place where a file names another module.
 *
 * @typedef {object} Import
 * @property {string} specifier what stands between the quotes
 * @property {number} line 1-based
 * @property {boolean} dynamic `import("...")` as an expression; it does not run when the file is loaded
 * @property {boolean} typeOnly vanishes from the JavaScript: `import type`, `export type`, `import("...").T`; an
 *   `import { type A }` does not, under verbatimModuleSyntax
 */

/**
 * All imports of a text: `import`, `export ... from`, dynamic `import()`, `import()` types, `import x = require()`
 * and `require("...")`, each with type-only ones included, in source order. A dynamic import whose specifier is not a plain
 * string is not listed: it names no module.
 *
 * @param {string} file for messages, and for the dialect (.d.ts, .ts, .mts)
 * @param {string} text
 * @returns {Import[]}
 */
export function readImports(file, text) {
  const { program, errors } = parseSync(file, text);
  const error = errors.find((one) => one.severity === "Error");
  if (error) throw new SyntaxError(`${file}: ${error.message}`);
  /** @type {Import[]} */
  const imports = [];
  const lineOf = lineCounter(text);

  walk(program, (node) => {
    const found = importOf(node);
    if (found === undefined || typeof found.source?.value !== "string") return;
    imports.push({
      specifier: found.source.value,
      line: lineOf(found.source.start),
      dynamic: found.dynamic ?? false,
      typeOnly: found.typeOnly ?? false,
    });
  });
  return imports.sort((a, b) => a.line - b.line);
}

/**
 * @param {any} node any node of an ESTree
 * @returns {{ source: any, dynamic?: boolean, typeOnly?: boolean } | undefined}
 */
function importOf(node) {
  switch (node.type) {
    case "ImportDeclaration":
      return { source: node.source, typeOnly: node.importKind === "type" };
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return { source: node.source, typeOnly: node.exportKind === "type" };
    case "ImportExpression":
      return { source: node.source, dynamic: true };
    case "TSImportType":
      return { source: node.source ?? node.argument?.literal, typeOnly: true };
    case "TSExternalModuleReference":
      return { source: node.expression };
    case "CallExpression":
      return node.callee.type === "Identifier" && node.callee.name === "require"
        ? { source: node.arguments[0] }
        : undefined;
    default:
      return undefined;
  }
}

/**
 * @param {any} node
 * @param {(node: any) => void} visit
 */
function walk(node, visit) {
  const stack = [node];
  while (stack.length > 0) {
    const next = stack.pop();
    if (Array.isArray(next)) stack.push(...next);
    else if (next !== null && typeof next === "object") {
      if (typeof next.type === "string") visit(next);
      for (const value of Object.values(next))
        if (value !== null && typeof value === "object") stack.push(value);
    }
  }
}

/** @param {string} text */
function lineCounter(text) {
  /** @param {number} offset */
  return (offset) => text.slice(0, offset).split("\n").length;
}
