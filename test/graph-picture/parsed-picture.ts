/** A picture read back from its SVG. */
import { DOMParser, type Element } from "@xmldom/xmldom";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Part {
  readonly id: string;
  readonly kind: string;
  readonly texts: readonly string[];
  readonly tooltip: string;
  readonly box: Box;
  readonly within: string | undefined;
}

export interface Way {
  readonly kind: string;
  /** The first lines of the boxes at both ends. */
  readonly from: string;
  readonly to: string;
  readonly tooltip: string;
}

export interface ParsedPicture {
  readonly width: number;
  readonly height: number;
  readonly style: string;
  readonly nodes: readonly Part[];
  readonly clusters: readonly Part[];
  readonly edges: readonly Way[];
  /** Texts outside of boxes: title, labels of edges, notes, the legend. */
  readonly texts: readonly string[];
}

/** @throws where the text is not well-formed XML */
export function parsePicture(svg: string): ParsedPicture {
  const problems: string[] = [];
  const parser = new DOMParser({ onError: (level, message) => problems.push(`${level}: ${message}`) });
  const root = parser.parseFromString(svg, "image/svg+xml").documentElement as Element;
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const groups = [...root.getElementsByTagName("g")].filter((g) => g.hasAttribute("data-id"));
  const parts = groups.map(partOf);
  const isCluster = (g: Element): boolean => (g.getAttribute("class") ?? "").startsWith("cluster ");
  const nodes = parts.filter((_, i) => !isCluster(groups[i] as Element));
  const nameOf = (id: string | null): string =>
    nodes.find((node) => node.id === id)?.texts[0] ?? `no box ${id}`;
  const number = (name: string): number => Number(root.getAttribute(name));
  return {
    width: number("width"),
    height: number("height"),
    style: root.getElementsByTagName("style")[0]?.textContent ?? "",
    nodes,
    clusters: parts.filter((_, i) => isCluster(groups[i] as Element)),
    edges: [...root.getElementsByTagName("g")]
      .filter((g) => g.hasAttribute("data-from"))
      .map((g) => ({
        kind: lastClass(g),
        from: nameOf(g.getAttribute("data-from")),
        to: nameOf(g.getAttribute("data-to")),
        tooltip: g.getElementsByTagName("title")[0]?.textContent ?? "",
      })),
    texts: [...root.getElementsByTagName("text")]
      .filter((text) => !(text.parentNode as Element).hasAttribute("data-id"))
      .map((text) => text.textContent ?? ""),
  };
}

const lastClass = (g: Element): string => (g.getAttribute("class") ?? "").split(" ").at(-1) as string;

function partOf(g: Element): Part {
  return {
    id: g.getAttribute("data-id") as string,
    kind: lastClass(g),
    texts: [...g.getElementsByTagName("text")].map((text) => text.textContent ?? ""),
    tooltip: g.getElementsByTagName("title")[0]?.textContent ?? "",
    box: boxOf(g),
    within: g.getAttribute("data-in") ?? undefined,
  };
}

/** Of a rectangle, or of a drum, whose path names its corners. */
function boxOf(g: Element): Box {
  const rect = g.getElementsByTagName("rect")[0];
  if (rect !== undefined) {
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) =>
      Number(rect.getAttribute(name)),
    );
    return { left: x!, top: y!, right: x! + width!, bottom: y! + height! };
  }
  const path = g.getElementsByTagName("path")[0]?.getAttribute("d") ?? "";
  const [left, top, , lid, , , , right] = [...path.matchAll(/-?[\d.]+/g)].map(([digits]) => Number(digits));
  const bottom = Number(/L-?[\d.]+ (-?[\d.]+)/.exec(path)?.[1]);
  return { left: left!, top: top! - lid!, right: right!, bottom: bottom + lid! };
}
