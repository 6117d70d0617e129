/** The JSON header of a safetensors file, checked in every field. */

import { decodeText } from "./text.js";

/** Bytes of one element. */
export const dtypes = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;
export type SafetensorsDType = keyof typeof dtypes;

/** Where one tensor lies: from `begin` to before `end`, counted from the end of the header. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Makes the error for a damaged file. */
export type Damaged = (problem: string, got?: string) => Error;

/**
 * Reads the header; `dataLength` bytes follow it, and the tensors fill them without gaps or overlaps.
 *
 * @throws what `damaged` makes
 */
export function parseHeader(bytes: Uint8Array, dataLength: number, damaged: Damaged): Header {
  const header = parseObject(bytes, damaged);
  const { __metadata__: metadata = {}, ...fields } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw damaged("the metadata is not a map from text to text");
  }
  const entries = Object.entries(fields).map(([name, field]) => checkEntry(name, field, damaged));
  let filled = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < filled) throw damaged(`tensor "${name}" overlaps another one`, `begins at ${begin}`);
    if (begin > filled) throw damaged(`nothing describes the bytes before tensor "${name}"`);
    if (end > dataLength)
      throw damaged(`tensor "${name}" ends after the file`, `${end} of ${dataLength} bytes`);
    filled = end;
  }
  if (filled !== dataLength) throw damaged("bytes follow the last tensor", `${dataLength - filled} bytes`);
  return { entries, metadata: metadata as Record<string, string> };
}

function parseObject(bytes: Uint8Array, damaged: Damaged): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(decodeText(bytes));
    if (isRecord(header)) return header;
  } catch {
    // Neither text nor JSON: said below.
  }
  throw damaged("the header is not a JSON object");
}

function checkEntry(name: string, field: unknown, damaged: Damaged): TensorEntry {
  const subject = `tensor "${name}"`;
  if (!isRecord(field)) throw damaged(`${subject} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = field;
  if (typeof dtype !== "string" || !isDType(dtype)) {
    throw damaged(`${subject} has an unknown dtype`, JSON.stringify(dtype));
  }
  if (!isLengths(shape)) throw damaged(`${subject} has a bad shape`, JSON.stringify(shape));
  if (!isLengths(offsets) || offsets.length !== 2) {
    throw damaged(`${subject} has bad data_offsets`, JSON.stringify(offsets));
  }
  const [begin, end] = offsets as [number, number];
  const wanted = shape.reduce((product, length) => product * length, dtypes[dtype]);
  if (end - begin !== wanted) {
    throw damaged(
      `${subject} does not fit its place`,
      `${end - begin} bytes for ${dtype} [${shape.join(", ")}], which takes ${wanted}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isDType = (value: string): value is SafetensorsDType => Object.hasOwn(dtypes, value);
/** Whether `value` is a list of whole numbers from 0 up. */
export const isLengths = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((length) => Number.isSafeInteger(length) && length >= 0);
