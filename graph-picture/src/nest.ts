/** Puts what is not computed into the region that alone uses it, so that it stands beside its users. */
import type { PictureCluster, PictureEdge, PictureNode } from "./model.js";

const borders: ReadonlySet<PictureNode["kind"]> = new Set(["input", "shared", "constant", "output"]);

/**
 * Nodes at the border of a region, inside of its box where all their edges lead there and nothing has to be
 * transferred; others stay where they are.
 */
export function nest(
  nodes: readonly PictureNode[],
  edges: readonly PictureEdge[],
  clusters: readonly PictureCluster[],
): PictureNode[] {
  const clusterOf = new Map(nodes.map(({ id, cluster }) => [id, cluster]));
  const byId = new Map(clusters.map((cluster) => [cluster.id, cluster]));
  /** The box around a node that stands right in another one. */
  const childOf = (outer: string | undefined, inner: string | undefined): PictureCluster | undefined => {
    let cluster = inner === undefined ? undefined : byId.get(inner);
    while (cluster !== undefined && cluster.cluster !== outer) {
      cluster = cluster.cluster === undefined ? undefined : byId.get(cluster.cluster);
    }
    return cluster;
  };
  const regions = new Map<string, Set<string | undefined>>();
  for (const { from, to, kind } of edges) {
    for (const [id, other] of [
      [from, to],
      [to, from],
    ] as const) {
      const child = childOf(clusterOf.get(id), clusterOf.get(other));
      const own = kind !== "transfer" && child?.kind === "region" ? child.id : undefined;
      const known = regions.get(id);
      if (known === undefined) regions.set(id, new Set([own]));
      else known.add(own);
    }
  }
  return nodes.map((node) => {
    const around = regions.get(node.id);
    if (!borders.has(node.kind) || around?.size !== 1) return node;
    const [region] = around;
    return region === undefined ? node : { ...node, cluster: region };
  });
}
