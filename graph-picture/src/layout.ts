/** Gives the parts of a picture their places: layers from top to bottom by dagre (Gansner et al. 1993), or sideways. */
import { layout as dagreLayout, graphlib } from "@dagrejs/dagre";
import { boxSize, labelSize } from "./measures.js";
import type { Picture, PictureCluster, PictureEdge, PictureNode } from "./model.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle by its middle. */
export interface Place extends Point {
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly edge: PictureEdge;
  /** From the border of one box to that of the other. */
  readonly points: readonly Point[];
  /** The middle of the label, where there is one. */
  readonly label: Point | undefined;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly { readonly node: PictureNode; readonly place: Place }[];
  /** Outer boxes before inner ones. */
  readonly clusters: readonly { readonly cluster: PictureCluster; readonly place: Place }[];
  readonly edges: readonly PlacedEdge[];
}

export type Direction = "down" | "right";

/** The part of dagre's graph that is used here. */
interface LayoutGraph {
  setGraph(label: object): void;
  graph(): { readonly width: number; readonly height: number };
  setNode(id: string, label: object): void;
  setParent(id: string, parent: string): void;
  setEdge(from: string, to: string, label: object, name: string): void;
  node(id: string): Place;
  edge(edge: { v: string; w: string; name: string }): {
    readonly points: readonly Point[];
    readonly x?: number;
    readonly y?: number;
  };
}

/** Distances in the units of the picture. */
const spacing = { nodesep: 22, ranksep: 38, edgesep: 14, marginx: 16, marginy: 16 };

export function layOut({ nodes, edges, clusters }: Picture, direction: Direction): Layout {
  const graph = new graphlib.Graph({ directed: true, compound: true, multigraph: true }) as LayoutGraph;
  const sideways = direction === "right";
  graph.setGraph({ ...spacing, rankdir: sideways ? "LR" : "TB" });
  for (const { id } of clusters) graph.setNode(id, {});
  for (const { id, cluster } of clusters) if (cluster !== undefined) graph.setParent(id, cluster);
  for (const node of nodes) {
    graph.setNode(node.id, boxSize(node));
    if (node.cluster !== undefined) graph.setParent(node.id, node.cluster);
  }
  edges.forEach((edge, i) => {
    // An update leads back up: for the layers it counts the other way.
    const [v, w] = ends(edge);
    const size = edge.label === undefined ? {} : { ...labelSize(edge.label), labelpos: "c" };
    graph.setEdge(v, w, size, `e${i}`);
  });
  dagreLayout(graph as never);
  const placeOf = (id: string): Place => {
    const { x, y, width, height } = graph.node(id);
    return { x, y, width, height };
  };
  const routed = edges.map((edge, i): PlacedEdge => {
    const [v, w] = ends(edge);
    const { points, x, y } = graph.edge({ v, w, name: `e${i}` });
    const way = edge.kind === "update" ? [...points].reverse() : points;
    const label = edge.label === undefined || x === undefined || y === undefined ? undefined : { x, y };
    return { edge, points: way, label };
  });
  const { width, height } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map((node) => ({ node, place: placeOf(node.id) })),
    clusters: clusters.map((cluster) => ({ cluster, place: withHead(placeOf(cluster.id)) })),
    edges: spread(routed, placeOf, sideways),
  };
}

/** Room for the text of a box, out of the distance that there is above it. */
const head = 12;
const withHead = ({ x, y, width, height }: Place): Place => ({
  x,
  y: y - head / 2,
  width,
  height: height + head,
});

const ends = ({ from, to, kind }: PictureEdge): readonly [string, string] =>
  kind === "update" ? [to, from] : [from, to];

/** An end of an edge at the side of a box that faces it: the upper one where values enter, or the lower one. */
interface End {
  readonly box: string;
  readonly upper: boolean;
  /** The next point on the way, across the direction of the layers. */
  readonly towards: number;
}

/**
 * Lets edges leave in the middle of a box's lower side, and arrive spread over its upper side, in the order in which
 * they come. Updates go the other way: from an upper side, back to a lower one.
 */
function spread(
  edges: readonly PlacedEdge[],
  placeOf: (id: string) => Place,
  sideways: boolean,
): readonly PlacedEdge[] {
  const across = (point: Point): number => (sideways ? point.y : point.x);
  const endsOf = ({ edge, points }: PlacedEdge): readonly [End, End] => {
    const back = edge.kind === "update";
    return [
      { box: edge.from, upper: back, towards: across(points[1] as Point) },
      { box: edge.to, upper: !back, towards: across(points.at(-2) as Point) },
    ];
  };
  const both = edges.map(endsOf);
  const sides = new Map<string, End[]>();
  for (const end of both.flat()) {
    if (!end.upper) continue;
    const list = sides.get(end.box);
    if (list === undefined) sides.set(end.box, [end]);
    else list.push(end);
  }
  for (const list of sides.values()) list.sort((a, b) => a.towards - b.towards);

  const pointOf = (end: End, isUpdate: boolean): Point => {
    const { x, y, width, height } = placeOf(end.box);
    const [middle, length, depth] = sideways ? [y, height, width] : [x, width, height];
    const list = sides.get(end.box) ?? [];
    const step = Math.min(18, (length - 16) / list.length);
    const half = length / 2 - 10;
    const shift = end.upper
      ? (list.indexOf(end) - (list.length - 1) / 2) * step
      : isUpdate
        ? Math.max(-half, Math.min(half, end.towards - middle))
        : 0;
    const edge = (sideways ? x : y) + (end.upper ? -depth : depth) / 2;
    return sideways ? { x: edge, y: middle + shift } : { x: middle + shift, y: edge };
  };
  return edges.map((placed, i) => {
    const [from, to] = both[i] as readonly [End, End];
    const isUpdate = placed.edge.kind === "update";
    const points = [pointOf(from, isUpdate), ...placed.points.slice(1, -1), pointOf(to, isUpdate)];
    return { ...placed, points };
  });
}
