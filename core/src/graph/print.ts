import { type Apply, isConstant, type Variable } from "./nodes.js";

export interface DebugPrintOptions {
  /** Shows the Type of every variable (default true). */
  readonly types?: boolean;
  /** Levels to show: 1 is the node itself and its operands (default: all). */
  readonly depth?: number | undefined;
  /** A note behind a node, such as its placement. */
  readonly note?: (variable: Variable) => string | undefined;
}

/**
 * The graph as a tree, one line a node, operands indented below their user. A subgraph that is used again is printed
 * once; later it is named by the letter it got.
 *
 * @example
 * ```ts
 * import { debugPrint, scalar } from "@bitale/core";
 * const x = scalar("x");
 * debugPrint(x.mul(x).add(1));
 * ```
 */
export function debugPrint(outputs: Variable | readonly Variable[], options: DebugPrintOptions = {}): string {
  const roots = Array.isArray(outputs) ? (outputs as readonly Variable[]) : [outputs as Variable];
  const users = countUsers(roots);
  const labels = new Map<Apply, string>();
  const lines: string[] = [];
  const stack = roots.map((variable) => ({ variable, depth: 0 })).reverse();
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { variable, depth } = item;
    const node = variable.owner;
    const known = node && labels.get(node);
    lines.push(`${indent(depth)}${line(variable, known, options)}`);
    if (node === undefined || known !== undefined || depth >= (options.depth ?? Infinity)) continue;
    if ((users.get(node) ?? 0) > 1) {
      const label = letters(labels.size);
      labels.set(node, label);
      lines[lines.length - 1] += ` ${label}`;
    }
    for (const input of [...node.inputs].reverse()) stack.push({ variable: input, depth: depth + 1 });
  }
  return lines.join("\n");
}

/** One space a level; deep graphs name the level, so that long chains stay printable. */
function indent(depth: number): string {
  return depth <= deepest ? " ".repeat(depth) : `${" ".repeat(deepest)}(${depth}) `;
}
const deepest = 60;

function line(variable: Variable, known: string | undefined, options: DebugPrintOptions): string {
  const node = variable.owner;
  const note = options.note?.(variable);
  const parts: string[] = [];
  if (node === undefined)
    parts.push(isConstant(variable) ? variable.toString() : (variable.name ?? "<unnamed>"));
  else if (known !== undefined) return `${node.op.toString()} ${known} …`;
  else {
    parts.push(node.outputs.length > 1 ? `${node.op.toString()}.${variable.position}` : node.op.toString());
    if (variable.name !== undefined) parts.push(`'${variable.name}'`);
  }
  if (options.types !== false) parts.push(`<${variable.type.toString()}>`);
  if (note !== undefined) parts.push(`[${note}]`);
  return parts.join(" ");
}

function countUsers(roots: readonly Variable[]): Map<Apply, number> {
  const users = new Map<Apply, number>();
  const stack = [...roots];
  for (let variable = stack.pop(); variable !== undefined; variable = stack.pop()) {
    const node = variable.owner;
    if (node === undefined) continue;
    const seen = users.get(node);
    users.set(node, (seen ?? 0) + 1);
    if (seen === undefined) stack.push(...node.inputs);
  }
  return users;
}

/** A, B, … Z, AA, AB, … */
function letters(position: number): string {
  const last = String.fromCharCode(65 + (position % 26));
  return position < 26 ? last : letters(Math.floor(position / 26) - 1) + last;
}
