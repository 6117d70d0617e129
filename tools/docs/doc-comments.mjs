// Reads doc comments from TypeScript source. It judges nothing: ops.mjs does.
import { parseSync } from "oxc-parser";

/**
 * @typedef {object} Documented
 * @property {string} name
 * @property {string} text the whole comment without its stars, "" where there is none
 */

/**
 * The comment at the head of a file: what the file is about.
 *
 * @param {string} file
 * @param {string} text
 */
export function headComment(file, text) {
  const { comments } = parseSync(file, text);
  const [first] = comments;
  return first !== undefined && text.slice(0, first.start).trim() === "" ? plain(first.value) : "";
}

/**
 * What a file exports under its own name: functions and constants, in source order; an overload counts once.
 *
 * @param {string} file
 * @param {string} text
 * @returns {Documented[]}
 */
export function exportedValues(file, text) {
  const { program, comments } = parseSync(file, text);
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const node of program.body) {
    if (node.type !== "ExportNamedDeclaration" || !node.declaration) continue;
    const { declaration } = node;
    const names =
      declaration.type === "VariableDeclaration"
        ? declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []))
        : declaration.type === "FunctionDeclaration" || declaration.type === "TSDeclareFunction"
          ? [declaration.id?.name ?? ""]
          : [];
    const comment = commentBefore(text, comments, node.start);
    for (const name of names) if (!found.get(name)) found.set(name, comment);
  }
  return [...found].map(([name, comment]) => ({ name, text: comment }));
}

/**
 * The members of all interfaces of a file, with their comments.
 *
 * @param {string} file
 * @param {string} text
 * @returns {Map<string, string>} name -> comment; the first of several that have one
 */
export function interfaceMembers(file, text) {
  const { program, comments } = parseSync(file, text);
  /** @type {Map<string, string>} */
  const members = new Map();
  for (const node of program.body) {
    const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    if (declaration?.type !== "TSInterfaceDeclaration") continue;
    for (const member of declaration.body.body) {
      if (member.type !== "TSPropertySignature" || member.key.type !== "Identifier") continue;
      const comment = commentBefore(text, comments, member.start);
      if (comment !== "" && !members.has(member.key.name)) members.set(member.key.name, comment);
    }
  }
  return members;
}

/**
 * The first paragraph of a comment up to its tags, as one line.
 *
 * @param {string} comment
 */
export function summaryOf(comment) {
  const [paragraph = ""] = comment.split(/\n\s*\n|(?:^|\s)@[a-z]/);
  return paragraph.replace(/\s+/g, " ").trim();
}

/**
 * @param {string} text
 * @param {readonly { type: string, value: string, start: number, end: number }[]} comments
 * @param {number} start
 */
function commentBefore(text, comments, start) {
  const comment = comments.findLast(({ type, end }) => type === "Block" && end <= start);
  if (comment === undefined || !comment.value.startsWith("*")) return "";
  const between = text.slice(comment.end, start).replace(/\/\/.*$/gm, "");
  return between.trim() === "" ? plain(comment.value) : "";
}

/** @param {string} comment */
const plain = (comment) =>
  comment
    .replace(/^\*/, "")
    .replace(/^[ \t]*\*[ \t]?/gm, "")
    .trim();
