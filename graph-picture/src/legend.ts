/** What the shapes and lines of a picture mean: those that occur in it. */
import { type Size, sizes } from "./measures.js";
import type { EdgeKind, NodeKind, Picture } from "./model.js";
import { boxShape, number, text } from "./shapes.js";
import { textWidth } from "./text.js";

const boxes: readonly (readonly [NodeKind, string])[] = [
  ["input", "input"],
  ["shared", "shared variable"],
  ["constant", "constant"],
  ["length", "length"],
  ["op", "op"],
  ["output", "output"],
];
const ways: readonly (readonly [EdgeKind, string])[] = [
  ["length", "only lengths are read"],
  ["inner", "into or out of an inner graph"],
  ["transfer", "transfer"],
  ["update", "update, after the call"],
];
const symbol = { width: 26, height: 14 } as const;
const row = 22;

/** @param room the width of a line */
export function legend({ nodes, edges }: Picture, room: number): Size & { readonly svg: string } {
  const kinds = new Set(nodes.map(({ kind }) => kind));
  const lines = new Set(edges.map(({ kind }) => kind));
  const entries = [
    ...boxes
      .filter(([kind]) => kinds.has(kind))
      .map(([kind, meaning]) => ({ meaning, svg: boxSymbol(kind) })),
    ...ways.filter(([kind]) => lines.has(kind)).map(([kind, meaning]) => ({ meaning, svg: waySymbol(kind) })),
  ];
  let [x, y, width] = [0, 0, 0];
  const drawn = entries.map(({ meaning, svg }) => {
    const own = symbol.width + 6 + textWidth(meaning, sizes.note) + 18;
    if (x > 0 && x + own > room) [x, y] = [0, y + row];
    const at = `translate(${number(x)} ${number(y)})`;
    x += own;
    width = Math.max(width, x);
    return `<g transform="${at}">${svg}${text("note", meaning, { x: symbol.width + 6, y: 11 })}</g>`;
  });
  return { width, height: y + row, svg: drawn.join("\n") };
}

const boxSymbol = (kind: NodeKind): string =>
  `<g class="${kind}">${boxShape(kind, { x: symbol.width / 2, y: symbol.height / 2, ...symbol })}</g>`;

const waySymbol = (kind: EdgeKind): string =>
  `<g class="edge ${kind}"><path class="way" d="M0 7H18"/><path class="tip" d="M26 7L18 3.5L18 10.5Z"/></g>`;
