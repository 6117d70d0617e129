/** Shaders for planned steps. Shapes and strides are baked into the text; equal texts share a pipeline. */
import {
  broadcastView,
  type DotStep,
  type Expression,
  type IndexingStep,
  type IotaStep,
  type LoopStep,
  rowMajorStrides,
  sizeOf,
  type View,
} from "@bitale/core";
import { expressionText, wgslType } from "./expression.js";
import { helperFunctions } from "./functions.js";

/** A shader with its bindings: views that are read, in order, then what is written. */
export interface Kernel {
  readonly code: string;
  /** Slots of the operands, in the order of the bindings. */
  readonly slots: readonly number[];
  readonly out: number;
  /** Whether binding `slots.length` holds the numbers of the call. */
  readonly usesScalars: boolean;
  readonly workgroups: readonly [number, number, number];
}

const groupSize = 64;
const tile = 16;
const mostGroups = 65_535;

/** Collects bindings while the text of a kernel is made. */
class Bindings {
  readonly slots: number[] = [];
  readonly #types: string[] = [];
  readonly #out: View;
  usesScalars = false;

  constructor(out: View) {
    this.#out = out;
  }

  /** The name of the array behind a view; what is written may be read, too. */
  name(view: View): string {
    if (view.slot === this.#out.slot) return "result";
    const known = this.slots.indexOf(view.slot);
    if (known !== -1) return `b${known}`;
    this.slots.push(view.slot);
    this.#types.push(wgslType(view.dtype));
    return `b${this.slots.length - 1}`;
  }

  /** Where a view begins, as text. */
  start(view: View): string {
    let text = `${view.offset}`;
    for (const { scalar, times } of view.terms) {
      this.usesScalars = true;
      text += ` + scalars[${scalar}] * ${times}`;
    }
    return text;
  }

  declarations(): string {
    const lines = this.#types.map(
      (type, i) => `@group(0) @binding(${i}) var<storage, read> b${i}: array<${type}>;`,
    );
    let next = this.slots.length;
    if (this.usesScalars) lines.push(`@group(0) @binding(${next++}) var<storage, read> scalars: array<i32>;`);
    lines.push(
      `@group(0) @binding(${next}) var<storage, read_write> result: array<${wgslType(this.#out.dtype)}>;`,
    );
    return lines.join("\n");
  }
}

/** Index variables of a shape from a linear position, as text: one `let` an axis. Empty shapes have no positions. */
function unravel(position: string, shape: readonly number[], prefix: string): string {
  const strides = rowMajorStrides(shape);
  const empty = shape.includes(0);
  return shape
    .map((length, axis) =>
      length === 1 || empty
        ? `let ${prefix}${axis} = 0;`
        : `let ${prefix}${axis} = (${position} / ${strides[axis]}) % ${length};`,
    )
    .join(" ");
}

/** Position of an element from index variables. */
const positionText = (start: string, strides: readonly number[], prefix: string): string =>
  [start, ...strides.flatMap((stride, axis) => (stride === 0 ? [] : [`${prefix}${axis} * ${stride}`]))].join(
    " + ",
  );

/** Groups for so many threads, on a grid of two dimensions. */
function groups(threads: number, size: number): [number, number, number] {
  const count = Math.max(1, Math.ceil(threads / size));
  const x = Math.min(count, mostGroups);
  return [x, Math.ceil(count / x), 1];
}

const linear = (size: number): string =>
  `@compute @workgroup_size(${size}) fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = i32((group.x + group.y * grid.x) * ${size}u + lane);`;

function kernel(
  bindings: Bindings,
  out: View,
  body: string,
  workgroups: Kernel["workgroups"],
  shared = "",
): Kernel {
  return {
    code: `${bindings.declarations()}\n${shared}${helperFunctions}\n${body}\n`,
    slots: bindings.slots,
    out: out.slot,
    usesScalars: bindings.usesScalars,
    workgroups,
  };
}

/** An element of an expression at the place of index variables. */
function elementText(
  expression: Expression,
  leaves: readonly View[],
  shape: readonly number[],
  bindings: Bindings,
  prefix: string,
): string {
  const stretched = leaves.map((leaf) => broadcastView(leaf, shape));
  return expressionText(expression, (index) => {
    const view = stretched[index] as View;
    return `${bindings.name(view)}[${positionText(bindings.start(view), view.strides, prefix)}]`;
  });
}

/** A loop over elements, maybe reduced. undefined: nothing is written. */
export function loopKernel(step: LoopStep): Kernel | undefined {
  if (step.out.shape.includes(0)) return undefined;
  return step.reduction === undefined ? mapKernel(step) : reductionKernel(step);
}

function mapKernel({ shape, expression, leaves, out }: LoopStep): Kernel {
  const bindings = new Bindings(out);
  const value = elementText(expression, leaves, shape, bindings, "i");
  const size = sizeOf(shape);
  const target = positionText(bindings.start(out), out.strides, "i");
  const body = `${linear(groupSize)}
  if (thread >= ${size}) { return; }
  ${unravel("thread", shape, "i")}
  result[${target}] = ${value};
}`;
  return kernel(bindings, out, body, groups(size, groupSize));
}

const neutral: Readonly<Record<string, string>> = { sum: "0", prod: "1", any: "0", all: "1" };

/** How a reduction takes the next element `v`. */
function foldText(name: string, type: string): string {
  if (name === "sum") return "acc = acc + v;";
  if (name === "prod") return "acc = acc * v;";
  if (name === "any") return "acc = acc | v;";
  if (name === "all") return "acc = acc & v;";
  const sign = name.endsWith("max") ? ">" : "<";
  const better = type === "f32" ? `(!is_nan(acc) && (is_nan(v) || v ${sign} acc))` : `v ${sign} acc`;
  return `if (step == 0 || ${better}) { acc = v; at = step; }`;
}

/** How two partial results become one; extremes keep the earlier place on ties. */
function joinText(name: string, type: string): string {
  if (!/max|min/.test(name)) return `{ let v = other; ${foldText(name, type)} }`;
  const sign = name.endsWith("max") ? ">" : "<";
  if (type !== "f32")
    return `if (other_at >= 0 && (at < 0 || other ${sign} acc || (other == acc && other_at < at))) { acc = other; at = other_at; }`;
  return `if (other_at >= 0) {
      let better = at < 0 || (is_nan(other) && !is_nan(acc)) || (!is_nan(acc) && other ${sign} acc);
      let tie = at >= 0 && ((is_nan(other) && is_nan(acc)) || other == acc) && other_at < at;
      if (better || tie) { acc = other; at = other_at; }
    }`;
}

/** One workgroup a result: lanes take every 64th element, then join in a tree. */
function reductionKernel({ shape, expression, leaves, out, reduction }: LoopStep): Kernel {
  const { name, axes } = reduction as NonNullable<LoopStep["reduction"]>;
  const bindings = new Bindings(out);
  const type = wgslType(expression.dtype);
  const value = elementText(expression, leaves, shape, bindings, "i");
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const [keptShape, reducedShape] = [kept, axes].map((list) => list.map((axis) => shape[axis] as number)) as [
    number[],
    number[],
  ];
  const renamed = (list: readonly number[], from: string): string =>
    list.map((axis, i) => `let i${axis} = ${from}${i};`).join(" ");
  const count = sizeOf(reducedShape);
  const lanes = count >= 128 ? groupSize : 1;
  const extreme = /max|min/.test(name);
  const start = `var acc: ${type} = ${type}(${neutral[name] ?? "0"}); var at: i32 = -1;`;
  const target = positionText(bindings.start(out), out.strides, "o");
  const stored = name.startsWith("arg") ? "at" : "acc";
  const take = extreme ? foldText(name, type).replace("step == 0", "at < 0") : foldText(name, type);
  const loop = (position: string, lane: string): string => `${start}
  for (var step = ${lane}; step < ${count}; step = step + ${lanes}) {
    ${unravel("step", reducedShape, "r")} ${renamed(axes, "r")}
    let v = ${value};
    ${take}
  }
  ${position}`;
  if (lanes === 1) {
    const size = sizeOf(keptShape);
    const body = `${linear(groupSize)}
  if (thread >= ${size}) { return; }
  ${unravel("thread", keptShape, "o")} ${renamed(kept, "o")}
  ${loop("", "0")}
  result[${target}] = ${stored};
}`;
    return kernel(bindings, out, body, groups(size, groupSize));
  }
  const shared = `var<workgroup> partial: array<${type}, ${groupSize}>;\nvar<workgroup> places: array<i32, ${groupSize}>;\n`;
  const [x, y] = groups(sizeOf(keptShape), 1);
  const body = `${linear(groupSize)}
  let place = i32(group.x + group.y * grid.x);
  ${unravel("place", keptShape, "o")} ${renamed(kept, "o")}
  ${loop("", "i32(lane)")}
  partial[lane] = acc; places[lane] = at;
  workgroupBarrier();
  for (var half = ${groupSize / 2}u; half > 0u; half = half / 2u) {
    if (lane < half) {
      let other = partial[lane + half]; let other_at = places[lane + half];
      ${joinText(name, type)}
      partial[lane] = acc; places[lane] = at;
    }
    workgroupBarrier();
  }
  if (lane == 0u && place < ${sizeOf(keptShape)}) { result[${target}] = ${stored}; }
}`;
  return kernel(bindings, out, body, [x, y, 1], shared);
}

/** A tiled product: 16 x 16 results a workgroup, tiles of both operands in shared memory. */
export function dotKernel({ left, right, out }: DotStep): Kernel | undefined {
  if (out.shape.includes(0)) return undefined;
  const bindings = new Bindings(out);
  const type = wgslType(out.dtype);
  const [a, b] = [bindings.name(left.view), bindings.name(right.view)];
  const [m, n, k] = [left.free.length, right.free.length, left.depth.length];
  const batches = sizeOf(left.batch.lengths);
  const offset = (side: DotStep["left"]): string =>
    positionText(bindings.start(side.view), side.batch.strides, "z");
  const [aStart, bStart, target] = [offset(left), offset(right), bindings.start(out)];
  const shared = `var<workgroup> tile_a: array<${type}, ${tile * tile}>;\nvar<workgroup> tile_b: array<${type}, ${tile * tile}>;\n`;
  const body = `@compute @workgroup_size(${tile}, ${tile}) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let batch = i32(group.z);
  ${unravel("batch", left.batch.lengths, "z")}
  let a_start = ${aStart}; let b_start = ${bStart};
  let x = i32(local.x); let y = i32(local.y);
  let row = i32(group.y) * ${tile} + y; let column = i32(group.x) * ${tile} + x;
  var acc = ${type}(0);
  for (var t = 0; t < ${Math.ceil(k / tile)}; t = t + 1) {
    let ka = t * ${tile} + x; let kb = t * ${tile} + y;
    var va = ${type}(0); var vb = ${type}(0);
    if (row < ${m} && ka < ${k}) { va = ${a}[a_start + row * ${left.free.stride} + ka * ${left.depth.stride}]; }
    if (kb < ${k} && column < ${n}) { vb = ${b}[b_start + kb * ${right.depth.stride} + column * ${right.free.stride}]; }
    tile_a[y * ${tile} + x] = va; tile_b[y * ${tile} + x] = vb;
    workgroupBarrier();
    for (var i = 0; i < ${tile}; i = i + 1) { acc = acc + tile_a[y * ${tile} + i] * tile_b[i * ${tile} + x]; }
    workgroupBarrier();
  }
  if (row < ${m} && column < ${n}) { result[${target} + batch * ${m * n} + row * ${n} + column] = acc; }
}`;
  return kernel(bindings, out, body, [Math.ceil(n / tile), Math.ceil(m / tile), batches], shared);
}

/** 0, 1, 2, … */
export function iotaKernel({ out }: IotaStep): Kernel | undefined {
  const size = sizeOf(out.shape);
  if (size === 0) return undefined;
  const body = `${linear(groupSize)}
  if (thread < ${size}) { result[${out.offset} + thread] = ${wgslType(out.dtype)}(thread); }
}`;
  return kernel(new Bindings(out), out, body, groups(size, groupSize));
}

/** Moves by indices. Indices out of range are clamped to the axis: a GPU cannot refuse. */
export function indexingKernel(step: IndexingStep): Kernel | undefined {
  const { out, op } = step;
  const [base, indices, value] = step.operands as [View, View, View | undefined];
  const { axis } = step.params;
  const shape = base.shape;
  const [outer, length, inner] = [
    sizeOf(shape.slice(0, axis)),
    shape[axis] as number,
    sizeOf(shape.slice(axis + 1)),
  ];
  const along = op.endsWith("AlongAxis");
  const count = along ? (indices.shape[axis] as number) : sizeOf(indices.shape);
  const scatter = op.startsWith("scatter");
  const size = outer * (scatter ? length : count) * inner;
  if (size === 0 || (scatter && count === 0)) return undefined;
  const bindings = new Bindings(out);
  const index = (o: string, j: string, i: string): string => {
    const place = along ? `(${o} * ${count} + ${j}) * ${inner} + ${i}` : j;
    const raw = `i32(${bindings.name(indices)}[${bindings.start(indices)} + ${place}])`;
    return `wrapped(${raw})`;
  };
  const wrap = `fn wrapped(raw: i32) -> i32 { return clamp(select(raw, raw + ${length}, raw < 0), 0, ${length - 1}); }\n`;
  const middle = scatter ? length : count;
  const head = `${linear(groupSize)}
  if (thread >= ${size}) { return; }
  let i = thread % ${inner}; let middle = (thread / ${inner}) % ${middle}; let o = thread / ${inner * middle};`;
  if (!scatter) {
    const body = `${wrap}${head}
  let j = middle;
  result[${bindings.start(out)} + thread] = ${bindings.name(base)}[${bindings.start(base)} + (o * ${length} + ${index("o", "j", "i")}) * ${inner} + i];
}`;
    return kernel(bindings, out, body, groups(size, groupSize));
  }
  const source = value as View;
  const v = `${bindings.name(source)}[${bindings.start(source)} + (o * ${count} + j) * ${inner} + i]`;
  const add = "mode" in step.params && step.params.mode === "add";
  const grown = out.dtype === "bool" ? "held | v" : "held + v";
  const body = `${wrap}${head}
  var held = result[${bindings.start(out)} + thread];
  for (var j = 0; j < ${count}; j = j + 1) {
    if (${index("o", "j", "i")} == middle) { let v = ${v}; held = ${add ? grown : "v"}; }
  }
  result[${bindings.start(out)} + thread] = held;
}`;
  return kernel(bindings, out, body, groups(size, groupSize));
}
