/** A graph to draw with what is known of where it runs: of variables, of a compiled function, or of what is inside of an op. */
import type { Apply, FunctionDescription, Move, RegionDescription, Variable } from "@bitale/core";

/** What leaves a graph. */
export interface Result {
  readonly variable: Variable;
  /** Written beside it; undefined: it is the only one. */
  readonly label: string | undefined;
  /** The variable whose new value it is. */
  readonly target: Variable | undefined;
  /** The way that it takes to where it is wanted: `tensor-gpu → host`. */
  readonly move: string | undefined;
}

export interface Scope {
  /** Variables that have boxes even where nothing reads them. */
  readonly inputs: readonly Variable[];
  readonly results: readonly Result[];
  readonly regions: readonly RegionDescription[];
  /** The way of a value to where an op runs. */
  readonly move: (variable: Variable, user: Apply) => string | undefined;
  /** Where a node runs that is in no region. */
  readonly place: (node: Apply) => string | undefined;
}

/** Expressions, without any place. */
export const scopeOf = (inputs: readonly Variable[], outputs: readonly Variable[]): Scope => ({
  inputs,
  results: outputs.map((variable, i) => ({
    variable,
    label: outputs.length === 1 ? "output" : `output ${i}`,
    target: undefined,
    move: undefined,
  })),
  regions: [],
  move: () => undefined,
  place: () => undefined,
});

/** A compiled function, or what is inside of one. */
export function scopeOfFunction(description: FunctionDescription): Scope {
  const { inputs, shared, outputs, updates, regions, transfers, onHost, ofLengths } = description;
  const residences = new Map<Apply, string>();
  for (const { nodes, residence } of regions) for (const node of nodes) residences.set(node, residence);
  const moves = new Map(transfers.map((move) => [`${move.variable.id} ${move.to}`, moveText(move)]));
  const places = new Map<Apply, string>([
    ...onHost.map((node) => [node, "computed on the host at each call"] as const),
    ...ofLengths.map((node) => [node, "follows from lengths alone"] as const),
  ]);
  return {
    inputs: [...inputs, ...shared],
    results: [
      ...outputs.map(({ variable, label, move }) => ({
        variable,
        label,
        target: undefined,
        move: moveText(move),
      })),
      ...updates.map(({ variable, target, move }) => ({
        variable,
        label: undefined,
        target,
        move: moveText(move),
      })),
    ],
    regions,
    move: (variable, user) => moves.get(`${variable.id} ${residences.get(user)}`),
    place: (node) => places.get(node),
  };
}

const moveText = (move: Move | undefined): string | undefined => move && `${move.from} → ${move.to}`;
