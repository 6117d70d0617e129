/** Lays a graph out as lines of text. Loops with their own stack: 100,000 nodes must not overflow the call stack. */
import { isLength, lengthText } from "./length-text.js";
import { type Apply, isConstant, type Variable } from "./nodes.js";
import type { DebugPrintOptions } from "./print-options.js";

/** A graph to print and what stands before its first line. */
export interface Root {
  readonly variable: Variable;
  readonly lead: string;
}

/** What a compiled function adds. */
export interface Placing {
  /** Where a node runs. */
  readonly place?: ((node: Apply) => string | undefined) | undefined;
  /** How an operand gets to the place of its user: a line of its own above the operand. */
  readonly transfer?: ((operand: Variable, user: Apply) => string | undefined) | undefined;
}

/** What is known of a node before anything is printed. */
interface Shape {
  /** Operands that have lines of their own. */
  readonly operands: Variable[];
  /** Nodes of which only lengths are read, and that nothing else shows. */
  readonly lengthsOf: Variable[];
}

interface Line {
  readonly variable: Variable;
  readonly user: Apply | undefined;
  readonly lead: string;
  /** What stands before the branches of this line's own operands. */
  readonly prefix: string;
  readonly depth: number;
}

/** Levels that are indented; deeper lines name their level instead. */
const deepest = 60;

export class TreePrinter {
  readonly #roots: readonly Root[];
  /** Outputs of the graphs inside of loops and branches, with the op that they are in. */
  readonly #inner: { readonly variable: Variable; readonly node: Apply; readonly where: string }[] = [];
  readonly #options: DebugPrintOptions;
  readonly #placing: Placing;
  readonly #shapes = new Map<Apply, Shape>();
  readonly #uses = new Map<Apply, number>();
  readonly #letters = new Map<Apply, string>();
  readonly #printed = new Set<Apply>();
  readonly #unnamed = new Map<Variable, number>();

  constructor(roots: readonly Root[], options: DebugPrintOptions, placing: Placing = {}) {
    this.#roots = roots;
    this.#options = options;
    this.#placing = options.placement === false ? {} : placing;
    this.#survey();
  }

  print(): string {
    const lines: string[] = [];
    for (const { variable, lead } of this.#roots) this.#tree(variable, lead, lines);
    for (const { variable, node, where } of this.#inner) {
      this.#tree(variable, `inside ${node.op.name} ${this.#letter(node)}${where}: `, lines);
    }
    return lines.join("\n");
  }

  #tree(root: Variable, rootLead: string, lines: string[]): void {
    const stack: Line[] = [{ variable: root, user: undefined, lead: rootLead, prefix: "", depth: 0 }];
    for (let line = stack.pop(); line !== undefined; line = stack.pop()) {
      const { variable, user, prefix, depth } = line;
      const transfer = user && this.#placing.transfer?.(variable, user);
      let { lead } = line;
      if (transfer !== undefined) lead += `${transfer}: `;
      lines.push(lead + this.#text(variable));
      const node = variable.owner;
      if (node === undefined || !this.#opens(variable)) continue;
      this.#printed.add(node);
      if (depth >= (this.#options.depth ?? Number.POSITIVE_INFINITY)) continue;
      const shape = this.#shapes.get(node);
      const below = [...(shape?.operands ?? []), ...(shape?.lengthsOf ?? [])];
      for (let i = below.length - 1; i >= 0; i--) {
        const last = i === below.length - 1;
        const own = i >= (shape?.operands.length ?? 0) ? "lengths of " : "";
        const branch = depth < deepest ? `${prefix}${last ? "└ " : "├ "}` : `${prefix}(${depth + 1}) `;
        stack.push({
          variable: below[i] as Variable,
          user: node,
          lead: branch + own,
          prefix: depth < deepest ? `${prefix}${last ? "  " : "│ "}` : prefix,
          depth: depth + 1,
        });
      }
    }
  }

  /** Whether the operands of a variable are printed below it: here, for the first time. */
  #opens(variable: Variable): boolean {
    const node = variable.owner;
    return (
      node !== undefined && !this.#printed.has(node) && !this.#stops(variable) && !this.#isWritten(variable)
    );
  }
  #stops(variable: Variable): boolean {
    const { stopAt = [] } = this.#options;
    return stopAt.includes(variable) || (variable.name !== undefined && stopAt.includes(variable.name));
  }
  #isWritten(variable: Variable): boolean {
    return variable.name === undefined && isLength(variable);
  }

  /** Finds out what has a line of its own and what is used more than once. */
  #survey(): void {
    const references: { readonly of: Variable; readonly by: Apply | undefined }[] = [];
    const stack: Variable[] = [];
    const use = (variable: Variable, by: Apply | undefined): void => {
      const note = (of: Variable): string => {
        if (of.owner !== undefined && of.name === undefined) references.push({ of, by });
        return "";
      };
      if (this.#isWritten(variable)) lengthText(variable, note);
      else this.#count(variable, stack);
    };
    const walk = (): void => {
      for (let variable = stack.pop(); variable !== undefined; variable = stack.pop()) {
        const node = variable.owner as Apply;
        const inText = new Set<number>();
        node.op.print((position) => {
          inText.add(position);
          const operand = node.inputs[position] as Variable;
          lengthText(operand, (of) => {
            if (of.owner !== undefined && of.name === undefined) references.push({ of, by: node });
            return "";
          });
          return "";
        });
        const operands = node.inputs.filter((_, position) => !inText.has(position));
        this.#shapes.set(node, { operands, lengthsOf: [] });
        for (const operand of operands) use(operand, node);
        this.#enter(node);
      }
    };
    for (const { variable } of this.#roots) use(variable, undefined);
    walk();
    for (let i = 0; i < this.#inner.length; i++) {
      use((this.#inner[i] as { variable: Variable }).variable, undefined);
      walk();
    }
    for (let i = 0; i < references.length; i++) {
      const { of, by } = references[i] as { of: Variable; by: Apply | undefined };
      const shown = this.#shapes.has(of.owner as Apply);
      this.#count(of, stack);
      // One use by this reference, one by the line that it gets.
      if (shown || by === undefined) continue;
      this.#count(of, stack);
      this.#shapes.get(by)?.lengthsOf.push(of);
      walk();
    }
  }

  /** Notes the graphs inside of an op, which are printed behind the others. */
  #enter(node: Apply): void {
    const graphs = node.op.innerGraphs;
    if (graphs.length === 0 || this.#options.depth !== undefined) return;
    this.#uses.set(node, Number.POSITIVE_INFINITY);
    graphs.forEach(({ outputs }, g) => {
      const graph = graphs.length > 1 ? `, graph ${g}` : "";
      outputs.forEach((variable, i) => {
        this.#inner.push({ variable, node, where: `${graph}${outputs.length > 1 ? `, output ${i}` : ""}` });
      });
    });
  }

  #count(variable: Variable, stack: Variable[]): void {
    const node = variable.owner;
    if (node === undefined || this.#stops(variable)) return;
    const uses = this.#uses.get(node) ?? 0;
    this.#uses.set(node, uses + 1);
    if (!this.#shapes.has(node)) {
      this.#shapes.set(node, { operands: [], lengthsOf: [] });
      stack.push(variable);
    }
  }

  #text(variable: Variable): string {
    const node = variable.owner;
    const type = this.#options.types === false ? [] : [`<${variable.type.label}>`];
    const note = this.#options.note?.(variable);
    const notes = note === undefined ? [] : [note];
    if (node === undefined) {
      const name = isConstant(variable) ? variable.toString() : this.#nameOf(variable);
      const { backend } = variable.type;
      const place = backend === undefined || this.#options.placement === false ? [] : [backend];
      return [name, ...type, ...place, ...notes].join(" ");
    }
    if (this.#isWritten(variable)) {
      return [lengthText(variable, (of) => this.#reference(of)), ...type, ...notes].join(" ");
    }
    const op = node.op.print((position) =>
      lengthText(node.inputs[position] as Variable, (of) => this.#reference(of)),
    );
    const parts = [node.outputs.length > 1 ? `${op}.${variable.position}` : op];
    if (this.#printed.has(node))
      parts[0] = `${node.op.name}${node.outputs.length > 1 ? `.${variable.position}` : ""}`;
    if (variable.name !== undefined) parts.push(`'${variable.name}'`);
    const { ids = "reused" } = this.#options;
    if (ids === "all" || (ids === "reused" && (this.#uses.get(node) ?? 0) > 1))
      parts.push(this.#letter(node));
    if (this.#printed.has(node)) return [...parts, "·"].join(" ");
    const place = this.#placing.place?.(node);
    const made = this.#options.made === true ? node.trace?.frames[0] : undefined;
    return [
      ...parts,
      ...type,
      ...(place === undefined ? [] : [place]),
      ...notes,
      ...(made === undefined ? [] : [`at ${made}`]),
      ...(this.#stops(variable) ? ["…"] : []),
    ].join(" ");
  }

  /** How a text names a variable that it does not write out. */
  #reference(variable: Variable): string {
    if (variable.name !== undefined) return variable.name;
    if (variable.owner === undefined) return this.#nameOf(variable);
    return this.#options.ids === "none" ? variable.owner.op.name : this.#letter(variable.owner).slice(1, -1);
  }

  /** The name of what is not computed; those without one are numbered. */
  #nameOf(variable: Variable): string {
    if (variable.name !== undefined) return variable.name;
    const known = this.#unnamed.get(variable) ?? this.#unnamed.size + 1;
    this.#unnamed.set(variable, known);
    return known === 1 ? "<unnamed>" : `<unnamed ${known}>`;
  }

  #letter(node: Apply): string {
    const known = this.#letters.get(node);
    if (known !== undefined) return known;
    const letter = `[${lettersOf(this.#letters.size)}]`;
    this.#letters.set(node, letter);
    return letter;
  }
}

/** A, B, … Z, AA, AB, … */
function lettersOf(position: number): string {
  const last = String.fromCharCode(65 + (position % 26));
  return position < 26 ? last : lettersOf(Math.floor(position / 26) - 1) + last;
}
