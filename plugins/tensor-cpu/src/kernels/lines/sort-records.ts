/** What is moved when a line is sorted: keys, with the places that they come from where those are wanted. */
import { byteSize, type DType } from "@bitale/core";
import { type Code, get, type Local, repeat, tee } from "../../wasm/code.js";
import { i32, i64 } from "../../wasm/instructions.js";
import type { SortStructure } from "./lines-structure.js";

/** How a record lies in memory. */
export interface RecordLayout {
  readonly bytes: number;
  /** The first one is compared. */
  readonly parts: readonly { readonly type: "i32" | "i64"; readonly offset: number }[];
  /** Where the lowest byte of the key stands, and where the index. */
  readonly key: number;
  readonly index: number | undefined;
}

/** The type of keys. */
export const typeOfKeys = (dtype: DType): "i32" | "i64" => (byteSize(dtype) === 8 ? "i64" : "i32");

export function layoutOf(op: SortStructure["op"], dtype: DType): RecordLayout {
  const type = typeOfKeys(dtype);
  if (op === "sort")
    return { bytes: type === "i64" ? 8 : 4, parts: [{ type, offset: 0 }], key: 0, index: undefined };
  // Up to 32 bits of key stand above their index in 64 bits, which are compared as one.
  if (type === "i32") return { bytes: 8, parts: [{ type: "i64", offset: 0 }], key: 4, index: 0 };
  const parts = [
    { type, offset: 0 },
    { type: "i32", offset: 8 },
  ] as const;
  return { bytes: 12, parts, key: 0, index: 8 };
}

/** Values of a byte. */
export const byteValues = 256;
/**
 * The memory that a line is sorted in begins with the bits that differ among its keys, and a count for each value of a
 * byte; then come its records, and room for as many.
 */
export const sortMemory = { differing: 0, counts: 16, records: 16 + byteValues * 4 } as const;

/** Bytes of that memory. */
export const sortSpace = (op: SortStructure["op"], dtype: DType, length: number): number =>
  sortMemory.records + 2 * length * layoutOf(op, dtype).bytes;

export const integersOf = (type: "i32" | "i64"): typeof i32 | typeof i64 => (type === "i64" ? i64 : i32);

/** A body as often as `left` says, at least once. */
export const times = (left: Local, body: Code): Code =>
  repeat(body, tee(left, i32.sub(get(left), i32.const(1))));
