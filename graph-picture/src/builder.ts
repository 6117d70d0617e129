/** Makes the parts of a picture and numbers them. */
import type { EdgeKind, NodeKind, Picture, PictureCluster, PictureEdge, PictureNode } from "./model.js";
import { nest } from "./nest.js";
import { cut } from "./text.js";

/** Columns of the first line in a box, and of the smaller one below it. */
const columns = 40;
const smallColumns = 48;

export class PictureBuilder {
  readonly #nodes: PictureNode[] = [];
  readonly #edges: PictureEdge[] = [];
  readonly #clusters: PictureCluster[] = [];
  readonly #backends: string[] = [];
  readonly #details: boolean;

  /** @param details whether boxes have their second line */
  constructor(details: boolean) {
    this.#details = details;
  }

  /** @returns its id, as of the other parts */
  node(
    kind: NodeKind,
    { text, detail, tooltip }: { text: string; detail?: string; tooltip: string },
    cluster: string | undefined,
  ): string {
    const id = `n${this.#nodes.length}`;
    const small = this.#details && detail !== undefined ? cut(detail, smallColumns) : undefined;
    this.#nodes.push({ id, kind, text: cut(text, columns), detail: small, tooltip, cluster });
    return id;
  }

  /** A box for operands that are not drawn. */
  more(count: number, cluster: string | undefined): string {
    const what = count === 1 ? "1 operand is" : `${count} operands are`;
    return this.node(
      "more",
      { text: "…", tooltip: `${what} not drawn: the picture is at its limit` },
      cluster,
    );
  }

  cluster(cluster: Omit<PictureCluster, "id" | "colour"> & { readonly backend?: string }): string {
    const id = `c${this.#clusters.length}`;
    const { backend, ...rest } = cluster;
    this.#clusters.push({ id, ...rest, colour: backend === undefined ? -1 : this.#colourOf(backend) });
    return id;
  }

  edge(
    from: string,
    to: string,
    kind: EdgeKind,
    {
      tooltip,
      label,
      position,
    }: { tooltip: string; label?: string | undefined; position?: number | undefined },
  ): void {
    this.#edges.push({ from, to, kind, tooltip, label, position });
  }

  /** @param counts how many ops are drawn, and how many there are */
  picture(counts: Pick<Picture, "drawn" | "total">): Picture {
    const [edges, clusters] = [this.#edges, this.#clusters];
    return { nodes: nest(this.#nodes, edges, clusters), edges, clusters, ...counts };
  }

  #colourOf(backend: string): number {
    if (!this.#backends.includes(backend)) this.#backends.push(backend);
    return this.#backends.indexOf(backend);
  }
}
