/**
 * Step 5: regions, as large as possible. Nodes of one executor that can run together form one region; regions run in
 * order. A new stage begins where a length is only known once earlier regions have run.
 */
import { type Apply, isConstant, type Variable } from "../graph/nodes.js";
import type { Executor } from "./executor.js";
import { type HostNumbers, lengthSources } from "./host-numbers.js";
import { dataOperands, type Placement } from "./place.js";

export interface RegionPlan {
  readonly executor: Executor;
  readonly nodes: Apply[];
  /** Data operands from outside, in first-met order; constants and fixed numbers are not among them. */
  readonly inputs: Variable[];
  /** Results that others need. */
  readonly outputs: Variable[];
}

/** Regions that are compiled together, for one signature of concrete lengths. */
export interface Stage {
  readonly regions: RegionPlan[];
}

interface Group {
  readonly executor: Executor;
  /** Never less than that of the group before. */
  readonly stage: number;
  readonly nodes: Apply[];
}

export function partition(
  nodes: readonly Apply[],
  placement: Placement,
  numbers: HostNumbers,
  results: readonly Variable[],
): Stage[] {
  const groups: Group[] = [];
  const ofExecutor = new Map<Executor, number[]>();
  const groupOf = new Map<Variable, number>();
  const depends = hostDependencies(numbers);
  for (const node of nodes) {
    const executor = placement.get(node);
    if (executor === undefined) continue;
    let earliest = 0;
    let stage = 0;
    const after = (variable: Variable, strictly: boolean, newStage: boolean): void => {
      const group = groupOf.get(variable);
      if (group === undefined) return;
      const late = groups[group]?.executor.late === true;
      const same = groups[group]?.executor === executor && !strictly && !late;
      earliest = Math.max(earliest, same ? group : group + 1);
      stage = Math.max(stage, (groups[group]?.stage as number) + (newStage || late ? 1 : 0));
    };
    const { shape, value } = node.op.hostOperands(node.inputs);
    for (const source of lengthSources(node.inputs, [], numbers)) {
      const group = groups[groupOf.get(source) ?? -1];
      if (group !== undefined) stage = Math.max(stage, group.stage + (group.executor.late ? 1 : 0));
    }
    for (const operand of dataOperands(node)) {
      for (const source of depends(operand)) after(source, source !== operand, false);
    }
    for (const position of value)
      for (const source of depends(node.inputs[position] as Variable)) after(source, true, false);
    for (const position of shape)
      for (const source of depends(node.inputs[position] as Variable)) after(source, true, true);
    const own = ofExecutor.get(executor) ?? [];
    const place = firstPlace(own, (i) => i >= earliest && (groups[i] as Group).stage >= stage);
    let index = executor.late ? undefined : own[place];
    if (index === undefined) {
      index = groups.length;
      groups.push({ executor, stage: Math.max(stage, groups.at(-1)?.stage ?? 0), nodes: [] });
      own.push(index);
      ofExecutor.set(executor, own);
    }
    (groups[index] as { nodes: Apply[] }).nodes.push(node);
    for (const output of node.outputs) groupOf.set(output, index);
  }
  const needed = neededFrom(groups, numbers, results);
  const stages: Stage[] = [];
  groups.forEach((group, index) => {
    while (stages.length <= group.stage) stages.push({ regions: [] });
    const made = new Set(group.nodes.flatMap((node) => node.outputs));
    const inputs = new Set<Variable>();
    for (const node of group.nodes) {
      for (const operand of dataOperands(node)) {
        if (!made.has(operand) && !isConstant(operand) && !numbers.fixed.has(operand)) inputs.add(operand);
      }
    }
    const outputs = [...made].filter((variable) => needed.get(variable)?.some((user) => user !== index));
    stages[group.stage]?.regions.push({
      executor: group.executor,
      nodes: group.nodes,
      inputs: [...inputs],
      outputs,
    });
  });
  return stages.filter((stage) => stage.regions.length > 0);
}

/** The first place of a list from which on a condition holds (that holds for all that follow). */
function firstPlace(list: readonly number[], holds: (entry: number) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(list[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** For a variable, what must have been computed by regions before it is known: itself, or the sources of a number. */
function hostDependencies(numbers: HostNumbers): (variable: Variable) => readonly Variable[] {
  const memo = new Map<Variable, readonly Variable[]>();
  const depends = (variable: Variable): readonly Variable[] => {
    if (!numbers.called.has(variable)) return numbers.fixed.has(variable) ? [] : [variable];
    const known = memo.get(variable);
    if (known !== undefined) return known;
    const sources = [...new Set((variable.owner as Apply).inputs.flatMap(depends))];
    memo.set(variable, sources);
    return sources;
  };
  return depends;
}

/** Which groups (or -1: the caller, -2: host numbers) use a variable. */
function neededFrom(
  groups: readonly { readonly executor: Executor; readonly nodes: readonly Apply[] }[],
  numbers: HostNumbers,
  results: readonly Variable[],
): Map<Variable, number[]> {
  const needed = new Map<Variable, number[]>();
  const add = (variable: Variable, user: number): void => {
    const list = needed.get(variable);
    if (list === undefined) needed.set(variable, [user]);
    else list.push(user);
  };
  // The lengths of what runs late are only known where it is computed.
  const late = new Set(groups.flatMap(({ executor, nodes }) => (executor.late ? nodes : [])));
  const lengthsOf = (operands: readonly Variable[]): void => {
    if (late.size === 0) return;
    for (const source of lengthSources(operands, [], numbers)) {
      if (source.owner !== undefined && late.has(source.owner)) add(source, -2);
    }
  };
  for (const result of results) add(result, -1);
  lengthsOf(results);
  for (const variable of numbers.called) for (const input of (variable.owner as Apply).inputs) add(input, -2);
  groups.forEach((group, index) => {
    for (const node of group.nodes) {
      const { shape, value } = node.op.hostOperands(node.inputs);
      node.inputs.forEach((input, i) => add(input, shape.includes(i) || value.includes(i) ? -2 : index));
      lengthsOf(node.inputs);
    }
  });
  return needed;
}
