import { BitaleError, type CodedError, isBitaleError } from "../errors.js";
import { shapeText } from "../tensor/shape.js";
import type { Region, RegionNode } from "./region.js";

const NODES = Symbol.for("bitale.failed-nodes");

/**
 * What a backend throws when the work on some nodes of a region failed: bitale's own errors stay what they are, any
 * other becomes the cause of a KERNEL_FAILED. The error knows the nodes, so that a compiled function can tell where in
 * the user's graph they stand.
 */
export function kernelFailure(region: Region, nodes: readonly RegionNode[], cause: unknown): CodedError {
  const error = isBitaleError(cause) ? cause : failed(region, nodes, cause);
  markNodes(error, nodes);
  return error;
}

/** Notes with an error which nodes of a region it is about; the innermost note stays. */
export function markNodes(error: CodedError, nodes: readonly RegionNode[]): void {
  if (!(NODES in error)) Object.defineProperty(error, NODES, { value: nodes });
}

/** The nodes of a region that an error is about, if whoever raised it knew. */
export const failedNodes = (error: CodedError): readonly RegionNode[] =>
  (error as { [NODES]?: readonly RegionNode[] })[NODES] ?? [];

/** The name of what a node of a region computes. */
export const nodeName = (node: RegionNode): string =>
  node.op === "custom" ? node.custom.toString() : node.op;

function failed(region: Region, nodes: readonly RegionNode[], cause: unknown): BitaleError {
  const made = new Set(nodes.flatMap((node) => (node.op === "custom" ? node.outputs : [node.output])));
  const operands = [...new Set(nodes.flatMap((node) => node.inputs))]
    .filter((id) => !made.has(id))
    .map((id) => region.values[id])
    .map((value) => (value === undefined ? "unknown" : `${value.dtype} ${shapeText(value.shape)}`));
  return new BitaleError("KERNEL_FAILED", {
    subject: nodes.map(nodeName).join(" + ") || "region",
    problem: `the kernel failed: ${cause instanceof Error ? cause.message : String(cause)}`,
    got: `operands ${operands.join(", ") || "none"}`,
    cause,
  });
}
