/** What a picture consists of, before it has a place on the page. Types only. */

/**
 * What a box stands for. "enter" and "leave" are the two ends of an op with graphs inside; "length" is a number made of
 * lengths alone, written out; "more" stands for nodes that are not drawn.
 */
export type NodeKind =
  | "op"
  | "enter"
  | "leave"
  | "input"
  | "shared"
  | "constant"
  | "length"
  | "output"
  | "more";

export interface PictureNode {
  readonly id: string;
  readonly kind: NodeKind;
  /** The first line, and a smaller one below it. */
  readonly text: string;
  readonly detail: string | undefined;
  /** Everything that is known of it, in full: what shows under the pointer. */
  readonly tooltip: string;
  /** Id of the box around it. */
  readonly cluster: string | undefined;
}

/** "length": only the lengths of a value are read; "inner": the border of a graph inside of an op. */
export type EdgeKind = "data" | "length" | "inner" | "transfer" | "update";

export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** Written on the way. */
  readonly label: string | undefined;
  /** Which operand of its user it is, from 0, where that makes a difference. */
  readonly position: number | undefined;
  readonly tooltip: string;
}

/** A box around nodes: a region of a backend, or a graph inside of an op. */
export interface PictureCluster {
  readonly id: string;
  readonly kind: "region" | "inner";
  readonly text: string;
  readonly tooltip: string;
  /** Id of the box around it. */
  readonly cluster: string | undefined;
  /** Numbers the backends of the picture, from 0, so that each has its colour; -1 for a graph inside of an op. */
  readonly colour: number;
}

export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
  readonly clusters: readonly PictureCluster[];
  /** How many ops are drawn, and how many there are. */
  readonly drawn: number;
  readonly total: number;
}
