// Markdown tables.

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text that may stand in a cell. @param {string} text */
export const cell = (text) =>
  text
    .replaceAll("|", "\\|")
    .replace(/(`[^`]*`)|([<>*_])/g, (_, code, sign) => code ?? `\\${sign}`)
    .replace(/\s+/g, " ")
    .trim();

/** @param {string} text */
export const code = (text) => `\`${text}\``;
