/** Sizes of boxes and labels, from their texts. */
import type { PictureNode } from "./model.js";
import { textWidth } from "./text.js";

/** Font sizes. */
export const sizes = { text: 12, detail: 10, label: 10, title: 14, note: 11 } as const;
const lineHeight = 15;
const padding = { x: 10, y: 7 } as const;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function boxSize({ kind, text, detail }: PictureNode): Size {
  const wide = Math.max(
    textWidth(text, sizes.text),
    detail === undefined ? 0 : textWidth(detail, sizes.detail),
  );
  // Round ends and lids take room of their own.
  const extra = kind === "input" || kind === "output" ? 8 : 0;
  const lid = kind === "shared" ? 6 : 0;
  return {
    width: Math.ceil(wide + 2 * padding.x + extra),
    height: (detail === undefined ? 1 : 2) * lineHeight + 2 * padding.y + lid,
  };
}

export const labelSize = (text: string): Size => ({
  width: Math.ceil(textWidth(text, sizes.label)) + 8,
  height: 14,
});
