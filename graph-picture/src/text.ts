/** Text in a picture: how wide it is without a browser to ask, how it is cut, and how it is written in XML. */

/** One monospaced family: what it looks like differs, how wide it is hardly does. */
export const fontFamily =
  "ui-monospace, SFMono-Regular, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace";

/** Advance of one column in units of the font size: that of the widest of the families. */
const advance = 0.603;

/** Columns of a text in a monospaced font: ideographs, kana, hangul and emoji take two. */
export function columns(text: string): number {
  let count = 0;
  for (const character of text) count += isWide(character.codePointAt(0) as number) ? 2 : 1;
  return count;
}

const isWide = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x115f) ||
  (code >= 0x2e80 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xfe30 && code <= 0xfe6f) ||
  (code >= 0xff00 && code <= 0xff60) ||
  code >= 0x1f300;

export const textWidth = (text: string, size: number): number => columns(text) * advance * size;

/** The text, or as much of it as fits into so many columns, with an ellipsis. */
export function cut(text: string, most: number): string {
  if (columns(text) <= most) return text;
  let kept = "";
  for (const character of text) {
    if (columns(kept + character) > most - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text as XML 1.0 can hold it: what it cannot (control characters, lone surrogates) becomes a square. */
export const escapeXml = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\p{Surrogate}\ufffe\uffff]/gu, "□")
    .replace(/[&<>"']/g, (character) => entities[character] as string);
