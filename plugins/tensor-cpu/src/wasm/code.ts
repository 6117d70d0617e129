/** WebAssembly code as a tree of bytes: putting pieces together is free, and the tree is flattened once. */

/** A byte, or pieces of code in order. An expression leaves its value on the stack; a statement leaves nothing. */
export type Code = number | readonly Code[];

/** Types of values, as the binary format writes them. */
export const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof valueTypes;

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** Signed LEB128 of a number of 32 bits. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 127) | 128);
    rest >>= 7;
  }
  return [...bytes, rest & 127];
}

/** The bytes of a number as memory holds it. */
export function float32Bytes(value: number): number[] {
  return [...new Uint8Array(new Float32Array([value]).buffer)];
}
export function float64Bytes(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)];
}

/** All bytes of some code, in order. */
export function flatten(code: readonly Code[], bytes: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === "number") bytes.push(part);
    else flatten(part, bytes);
  }
  return bytes;
}

/** A place of a function: one of its parameters or its local variables. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

export const get = (local: Local): Code => [0x20, unsigned(local.index)];
export const set = (local: Local, value: Code): Code => [value, 0x21, unsigned(local.index)];
/** Sets a local and leaves the value on the stack. */
export const tee = (local: Local, value: Code): Code => [value, 0x22, unsigned(local.index)];

const noResult = 0x40;
export const when = (condition: Code, then: Code, otherwise?: Code): Code =>
  otherwise === undefined
    ? [condition, 0x04, noResult, then, 0x0b]
    : [condition, 0x04, noResult, then, 0x05, otherwise, 0x0b];
/** One of two values, where only the chosen one is computed. */
export const choose = (type: ValueType, condition: Code, then: Code, otherwise: Code): Code => [
  condition,
  0x04,
  valueTypes[type],
  then,
  0x05,
  otherwise,
  0x0b,
];
/** Runs the body, and again as long as the condition holds. */
export const repeat = (body: Code, condition: Code): Code => [0x03, noResult, body, condition, 0x0d, 0, 0x0b];
/** One of two values, where both are computed. */
export const select = (condition: Code, then: Code, otherwise: Code): Code => [
  then,
  otherwise,
  condition,
  0x1b,
];
/** Computes a value that nobody needs. */
export const drop = (value: Code): Code => [value, 0x1a];
/** Ends the function with its result. */
export const leave = (value: Code): Code => [value, 0x0f];
export const call = (callee: { readonly index: number }, ...args: readonly Code[]): Code => [
  ...args,
  0x10,
  unsigned(callee.index),
];
