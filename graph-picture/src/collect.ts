/** From a graph to the boxes and arrows of its picture. */
import { type Apply, lengthText, type RegionDescription, toposort, type Variable } from "@bitale/core";
import { PictureBuilder } from "./builder.js";
import { leafText } from "./leaf.js";
import type { Picture } from "./model.js";
import { isWritten, nameOf, nearest, readsOf } from "./reads.js";
import { type Result, type Scope, scopeOf, scopeOfFunction } from "./scope.js";
import { cut } from "./text.js";

/** Ops whose operands may be exchanged: which is which makes no difference. */
const symmetric = new Set(["add", "mul", "maximum", "minimum", "and", "or", "xor", "eq", "neq"]);

export interface CollectOptions {
  readonly types: boolean;
  /** Tells where nodes were made. */
  readonly made: boolean;
  readonly maxNodes: number;
  /** Draws the graphs inside of loops and branches. */
  readonly inner: boolean;
}

/** The parts of the picture of a graph. */
export function collect(scope: Scope, options: CollectOptions): Picture {
  const collector = new Collector(options);
  return collector.whole(scope);
}

/** What has been drawn of one graph. */
interface Drawn {
  readonly scope: Scope;
  readonly cluster: string | undefined;
  readonly nodes: ReadonlySet<Apply>;
  /** The boxes where the results of nodes leave. */
  readonly ends: Map<Apply, string>;
  /** The boxes of what is not computed. */
  readonly leaves: Map<Variable, string>;
  /** Who reads the lengths of what. */
  readonly lengths: { readonly of: Variable; readonly id: string; readonly cluster: string | undefined }[];
}

/** The box of the region that a node runs in. */
interface Placed {
  readonly cluster: string;
  readonly region: RegionDescription;
}

class Collector {
  readonly #options: CollectOptions;
  readonly #parts: PictureBuilder;
  #drawn = 0;
  #total = 0;

  constructor(options: CollectOptions) {
    this.#options = options;
    this.#parts = new PictureBuilder(options.types);
  }

  whole(scope: Scope): Picture {
    const drawn = this.#graph(scope, undefined);
    for (const result of scope.results) {
      if (result.target === undefined) this.#output(drawn, result);
      else this.#update(drawn, result, result.target);
    }
    return this.#parts.picture({ drawn: this.#drawn, total: this.#total });
  }

  /** Draws what results are computed from. */
  #graph(scope: Scope, cluster: string | undefined): Drawn {
    const results = scope.results.map(({ variable }) => variable);
    const nodes = nearest(results, this.#options.maxNodes - this.#drawn);
    const all = toposort(results);
    this.#total += nearest(results, Number.POSITIVE_INFINITY).size;
    this.#drawn += nodes.size;
    const drawn: Drawn = { scope, cluster, nodes, ends: new Map(), leaves: new Map(), lengths: [] };
    for (const input of scope.inputs) this.#leaf(drawn, input);
    const places = this.#regions(drawn);
    for (const node of all) if (nodes.has(node)) this.#op(drawn, node, places.get(node));
    this.#lengths(drawn);
    return drawn;
  }

  /** Boxes of the regions that something is drawn of. @returns the box of each node that is in one */
  #regions({ scope, nodes, cluster }: Drawn): Map<Apply, Placed> {
    const places = new Map<Apply, Placed>();
    scope.regions.forEach((region, i) => {
      if (!region.nodes.some((node) => nodes.has(node))) return;
      const { backend, residence } = region;
      const count = `${region.nodes.length} node${region.nodes.length === 1 ? "" : "s"}`;
      const tooltip = `region ${i + 1}: ${count}, run by ${backend}; values on ${residence}`;
      const text = `#${i + 1} ${backend}`;
      const box = this.#parts.cluster({ kind: "region", text, tooltip, cluster, backend });
      for (const node of region.nodes) places.set(node, { cluster: box, region });
    });
    return places;
  }

  #op(drawn: Drawn, node: Apply, placed: Placed | undefined): void {
    const { text, operands, lengthsOf } = readsOf(node);
    const cluster = placed?.cluster ?? drawn.cluster;
    const place = drawn.scope.place(node) ?? (placed && `run by ${placed.region.backend}`);
    const names = node.outputs.flatMap(({ name }) => (name === undefined ? [] : [`${name}:`]));
    const title = [...names, text].join(" ");
    const types = node.outputs.map(({ type }) => type.label);
    const made = this.#options.made ? node.trace?.frames[0] : undefined;
    const tooltip = [title, ...types, ...(place ? [place] : []), ...(made ? [`made at ${made}`] : [])].join(
      "\n",
    );
    const own = { text: title, detail: types.join(", "), tooltip };
    const inner = this.#options.inner ? innerOf(node, placed?.region) : [];
    let id: string;
    if (inner.length === 0) {
      id = this.#parts.node("op", own, cluster);
      drawn.ends.set(node, id);
    } else {
      const box = this.#parts.cluster({ kind: "inner", text: node.op.name, tooltip, cluster });
      id = this.#parts.node("enter", own, box);
      drawn.ends.set(node, this.#inner(inner, id, node, box));
    }
    const numbered = operands.length > 1 && !symmetric.has(node.op.name);
    let hidden = 0;
    for (const { operand, position } of operands) {
      const from = this.#end(drawn, operand, cluster);
      if (from === undefined) hidden++;
      else this.#operand(drawn, from, id, { operand, user: node, position: numbered ? position : undefined });
    }
    if (hidden > 0) this.#more(hidden, id, cluster);
    drawn.lengths.push(...lengthsOf.map((of) => ({ of, id, cluster })));
  }

  /** What is there for its lengths alone; of all else the text that reads them tells enough. */
  #lengths(drawn: Drawn): void {
    const read = new Set<Variable>(drawn.scope.results.map(({ variable }) => variable));
    for (const node of drawn.nodes) for (const { operand } of readsOf(node).operands) read.add(operand);
    for (const { of, id, cluster } of drawn.lengths) {
      const isOtherwiseShown = of.owner?.outputs.some((output) => read.has(output)) ?? read.has(of);
      const from = isOtherwiseShown ? undefined : this.#end(drawn, of, cluster);
      const tooltip = `only lengths of ${nameOf(of)} are read`;
      if (from !== undefined) this.#parts.edge(from, id, "length", { tooltip });
    }
  }

  /** Draws graphs between the box where operands enter and one where results leave. @returns the latter */
  #inner(graphs: readonly Inner[], enter: string, node: Apply, box: string): string {
    const { name } = node.op;
    const leave = this.#parts.node(
      "leave",
      { text: `${name} results`, tooltip: `what ${name} computes` },
      box,
    );
    for (const { scope, title } of graphs) {
      const own = { kind: "inner", text: title, tooltip: title, cluster: box } as const;
      const cluster = graphs.length === 1 ? box : this.#parts.cluster(own);
      const drawn = this.#graph(scope, cluster);
      for (const input of scope.inputs) {
        this.#parts.edge(enter, this.#leaf(drawn, input), "inner", { tooltip: `enters as ${nameOf(input)}` });
      }
      for (const { variable, label } of scope.results) {
        const from = this.#end(drawn, variable, cluster);
        const shown = scope.results.length === 1 ? undefined : label;
        if (from === undefined) this.#more(1, leave, cluster);
        else this.#parts.edge(from, leave, "inner", { tooltip: `leaves as ${label}`, label: shown });
      }
    }
    return leave;
  }

  #output(drawn: Drawn, { variable, label = "output", move }: Result): void {
    const { type } = variable;
    const tooltip = `${label}: ${nameOf(variable)}\n${type.label}`;
    const to = this.#parts.node("output", { text: label, detail: type.label, tooltip }, drawn.cluster);
    const from = this.#end(drawn, variable, drawn.cluster);
    const kind = move === undefined ? "data" : "transfer";
    if (from === undefined) this.#more(1, to, drawn.cluster);
    else this.#parts.edge(from, to, kind, { tooltip, label: move ?? partOf(variable) });
  }

  #update(drawn: Drawn, { variable, move }: Result, target: Variable): void {
    const to = this.#leaf(drawn, target);
    const from = this.#end(drawn, variable, drawn.cluster) ?? this.#parts.more(1, drawn.cluster);
    const moved = move === undefined ? "" : `, ${move}`;
    const name = nameOf(target);
    this.#parts.edge(from, to, "update", {
      label: `new ${cut(name, 20)}${moved}`,
      tooltip: `after the call ${name} has this value${moved}`,
    });
  }

  #operand(
    drawn: Drawn,
    from: string,
    to: string,
    { operand, user, position }: { operand: Variable; user: Apply; position: number | undefined },
  ): void {
    const move = drawn.scope.move(operand, user);
    const part = partOf(operand);
    const tooltip = [`${nameOf(operand)}${part ?? ""}`, operand.type.label, ...(move ? [move] : [])].join(
      "\n",
    );
    const kind = move === undefined ? "data" : "transfer";
    this.#parts.edge(from, to, kind, { tooltip, label: move ?? part, position });
  }

  /** The box from which a value comes; undefined: it is not drawn. */
  #end(drawn: Drawn, variable: Variable, cluster: string | undefined): string | undefined {
    const { owner } = variable;
    if (owner === undefined) return this.#leaf(drawn, variable, cluster);
    if (!isWritten(variable)) return drawn.ends.get(owner);
    const text = lengthText(variable, nameOf);
    return this.#parts.node("length", { text, tooltip: `${text}\n${variable.type.label}` }, cluster);
  }

  /** @param cluster of the user: a constant that is one number stands beside each of its users */
  #leaf(drawn: Drawn, variable: Variable, cluster?: string): string {
    const known = drawn.leaves.get(variable);
    if (known !== undefined) return known;
    const { kind, isNumber, ...text } = leafText(variable);
    const id = this.#parts.node(kind, text, isNumber ? cluster : drawn.cluster);
    if (!isNumber) drawn.leaves.set(variable, id);
    return id;
  }

  #more(count: number, user: string, cluster: string | undefined): void {
    this.#parts.edge(this.#parts.more(count, cluster), user, "data", {
      tooltip: "operands that are not drawn",
    });
  }
}

interface Inner {
  readonly scope: Scope;
  readonly title: string;
}

/** The graphs inside of an op: as they were compiled, else as they were written. */
function innerOf({ op }: Apply, region: RegionDescription | undefined): Inner[] {
  if (region !== undefined && region.inner.length > 0) {
    return region.inner.map((inner) => ({ scope: scopeOfFunction(inner), title: inner.name ?? "inside" }));
  }
  return op.innerGraphs.map(({ inputs, outputs }, i) => ({
    scope: scopeOf(inputs, outputs),
    title: `${op.name}, graph ${i}`,
  }));
}

/** Which output of its node a variable is, where there are several. */
const partOf = ({ owner, position }: Variable): string | undefined =>
  (owner?.outputs.length ?? 1) > 1 ? `.${position}` : undefined;
