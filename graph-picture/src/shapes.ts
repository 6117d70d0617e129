/** The shapes of boxes, and other small pieces of SVG. */
import type { Place, Point } from "./layout.js";
import type { NodeKind } from "./model.js";
import { escapeXml } from "./text.js";

/** A number as SVG writes it: to a tenth of a unit. */
export const number = (value: number): string => String(Math.round(value * 10) / 10);

export const text = (
  kind: string,
  content: string,
  { x, y }: Point,
  anchor: "start" | "middle" = "start",
): string =>
  `<text class="${kind}" x="${number(x)}" y="${number(y)}"${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${escapeXml(content)}</text>`;

/** Ops are rectangles, inputs and outputs have round ends, shared variables are drums, constants have square corners. */
export function boxShape(kind: NodeKind, { x, y, width, height }: Place): string {
  const [left, top] = [x - width / 2, y - height / 2];
  if (kind === "shared") return drum(left, top, width, height);
  const radius =
    kind === "input" || kind === "output" ? Math.min(height / 2, 18) : kind === "constant" ? 0 : 5;
  return `<rect class="box" x="${number(left)}" y="${number(top)}" width="${number(width)}" height="${number(height)}" rx="${number(radius)}"/>`;
}

const lid = 5;

/** A drum, as storage is drawn everywhere. */
function drum(left: number, top: number, width: number, height: number): string {
  const [right, bottom, rx] = [left + width, top + height, width / 2];
  const arc = (sweep: 0 | 1, x: number, y: number): string =>
    `A${number(rx)} ${lid} 0 0 ${sweep} ${number(x)} ${number(y)}`;
  const side = `M${number(left)} ${number(top + lid)}`;
  return (
    `<path class="box" d="${side}${arc(1, right, top + lid)}L${number(right)} ${number(bottom - lid)}${arc(1, left, bottom - lid)}Z` +
    `${side}${arc(0, right, top + lid)}"/>`
  );
}
