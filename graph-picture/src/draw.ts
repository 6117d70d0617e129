/** Writes a laid out picture as SVG. */
import { curveMonotoneX, curveMonotoneY, line } from "d3-shape";
import type { Direction, Layout, Place, PlacedEdge, Point } from "./layout.js";
import { legend } from "./legend.js";
import { sizes } from "./measures.js";
import type { Picture, PictureCluster, PictureNode } from "./model.js";
import { boxShape, number, text } from "./shapes.js";
import { escapeXml, textWidth } from "./text.js";
import { regionColours, rootClass, styleOf, type Theme } from "./theme.js";

export interface DrawOptions {
  readonly title: string | undefined;
  readonly theme: Theme;
  readonly direction: Direction;
  readonly legend: boolean;
}

const margin = 16;

/** The whole SVG document. */
export function drawSvg(picture: Picture, layout: Layout, options: DrawOptions): string {
  const { title, theme } = options;
  const head = title === undefined ? 0 : 30;
  const key = options.legend ? legend(picture, Math.max(layout.width, 360) - 2 * margin) : undefined;
  const note = noteOf(picture);
  const width = Math.max(
    layout.width,
    title === undefined ? 0 : textWidth(title, sizes.title) * 1.04 + 2 * margin,
    note === undefined ? 0 : textWidth(note, sizes.note) + 2 * margin,
    key === undefined ? 0 : key.width + 2 * margin,
  );
  const foot = (note === undefined ? 0 : 22) + (key === undefined ? 0 : key.height + 8);
  const height = head + layout.height + foot;
  const below = head + layout.height;
  const shift = (width - layout.width) / 2;
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  const name = title ?? "graph";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="${rootClass(theme)}" role="img" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">`,
    `<title>${escapeXml(name)}</title>`,
    `<style>\n${styleOf(theme)}\n</style>`,
    `<rect class="page" width="${w}" height="${h}"/>`,
    ...(title === undefined ? [] : [text("title", title, { x: margin, y: 24 })]),
    `<g transform="translate(${number(shift)} ${head})">`,
    ...layout.clusters.map(({ cluster, place }) => clusterText(cluster, place)),
    ...layout.edges.map((edge) => edgeText(edge, options.direction)),
    ...layout.clusters.map(({ cluster, place }) => clusterName(cluster, place)),
    ...layout.nodes.map(({ node, place }) => nodeText(node, place)),
    ...layout.edges.flatMap(labelText),
    "</g>",
    ...(note === undefined ? [] : [text("note", note, { x: margin, y: below + 12 })]),
    ...(key === undefined
      ? []
      : [
          `<g class="legend" transform="translate(${margin} ${number(below + foot - key.height - 8)})">`,
          key.svg,
          "</g>",
        ]),
    "</svg>",
    "",
  ].join("\n");
}

const noteOf = ({ drawn, total }: Picture): string | undefined =>
  drawn === total
    ? undefined
    : `${drawn} of ${total} ops are drawn, those nearest to the results; “…” stands for the rest`;

function clusterText(cluster: PictureCluster, { x, y, width, height }: Place): string {
  const [left, top] = [x - width / 2, y - height / 2];
  return [
    `<g class="${clusterClass(cluster)}" data-id="${cluster.id}"${within(cluster)}>`,
    `<title>${escapeXml(cluster.tooltip)}</title>`,
    `<rect class="box" x="${number(left)}" y="${number(top)}" width="${number(width)}" height="${number(height)}" rx="8"/>`,
    "</g>",
  ].join("");
}

/** The name of a box, above the arrows that lead into it. */
function clusterName(cluster: PictureCluster, { x, y, width, height }: Place): string {
  const [left, top] = [x - width / 2 + 1, y - height / 2 + 1];
  const wide = textWidth(cluster.text, sizes.note) + 14;
  return `<g class="${clusterClass(cluster)}"><rect class="name" x="${number(left)}" y="${number(top)}" width="${number(wide)}" height="18" rx="7"/>${text("note", cluster.text, { x: left + 8, y: top + 13 })}</g>`;
}

const clusterClass = ({ colour }: PictureCluster): string =>
  `cluster ${colour < 0 ? "inner" : `region region-${colour % regionColours}`}`;

const within = ({ cluster }: PictureNode | PictureCluster): string =>
  cluster === undefined ? "" : ` data-in="${cluster}"`;

function nodeText(node: PictureNode, place: Place): string {
  const { x, y } = place;
  const lid = node.kind === "shared" ? 3 : 0;
  const lines =
    node.detail === undefined
      ? [text("text", node.text, { x, y: y + 4 + lid }, "middle")]
      : [
          text("text", node.text, { x, y: y - 3 + lid }, "middle"),
          text("detail", node.detail, { x, y: y + 11 + lid }, "middle"),
        ];
  return [
    `<g class="node ${node.kind}" data-id="${node.id}"${within(node)}>`,
    `<title>${escapeXml(node.tooltip)}</title>`,
    boxShape(node.kind, place),
    ...lines,
    "</g>",
  ].join("");
}

const tip = { length: 8, half: 3.5 } as const;

function edgeText({ edge, points }: PlacedEdge, direction: Direction): string {
  const end = points.at(-1) as Point;
  // Updates go back, all others along the layers.
  const ahead = edge.kind === "update" ? -1 : 1;
  const aim = direction === "down" ? { x: 0, y: ahead } : { x: ahead, y: 0 };
  const neck = { x: end.x - aim.x * tip.length, y: end.y - aim.y * tip.length };
  const curve = direction === "down" ? curveMonotoneY : curveMonotoneX;
  const way = line<Point>(
    (point) => point.x,
    (point) => point.y,
  )
    .curve(curve)
    .digits(1);
  const sides = [-tip.half, tip.half].map(
    (s) => `${number(neck.x - aim.y * s)} ${number(neck.y + aim.x * s)}`,
  );
  const position =
    edge.position === undefined
      ? []
      : [
          text("label", `${edge.position}`, {
            x: neck.x + aim.y * 4 + aim.x * -4,
            y: neck.y + (aim.x === 0 ? 2 : -4),
          }),
        ];
  return [
    `<g class="edge ${edge.kind}" data-from="${edge.from}" data-to="${edge.to}">`,
    `<title>${escapeXml(edge.tooltip)}</title>`,
    `<path class="way" d="${way([...points.slice(0, -1), neck])}"/>`,
    `<path class="tip" d="M${number(end.x)} ${number(end.y)}L${sides.join("L")}Z"/>`,
    ...position,
    "</g>",
  ].join("");
}

function labelText({ edge, label }: PlacedEdge): string[] {
  if (edge.label === undefined || label === undefined) return [];
  const width = textWidth(edge.label, sizes.label) + 6;
  return [
    `<g class="edge ${edge.kind}"><rect class="behind" x="${number(label.x - width / 2)}" y="${number(label.y - 7)}" width="${number(width)}" height="14" rx="3"/>` +
      `${text("label", edge.label, { x: label.x, y: label.y + 3.5 }, "middle")}</g>`,
  ];
}
