/** The safetensors format: an 8-byte length, a JSON header with dtype, shape and place of each tensor, then the bytes. */
import { BitaleError } from "../errors.js";
import {
  dtypes,
  isLengths,
  parseHeader,
  type SafetensorsDType,
  type TensorEntry,
} from "./safetensors-header.js";
import { encodeText } from "./text.js";

/** One tensor: its bytes are little-endian, in row-major order. */
export interface Tensor {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const headerStart = 8;
const alignment = 8;

/**
 * The file of some tensors. Tensors with wide elements come first, so that all are aligned; the header is padded with
 * spaces.
 *
 * @throws BitaleError BAD_FILE where a tensor's bytes do not fit its shape
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = [...tensors].sort(([, a], [, b]) => dtypes[b.dtype] - dtypes[a.dtype]);
  const header: [string, unknown][] = Object.keys(metadata).length === 0 ? [] : [["__metadata__", metadata]];
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of ordered) {
    const wanted = shape.reduce((product, length) => product * length, dtypes[dtype]);
    const problem =
      name === "__metadata__"
        ? "the name is taken by the format"
        : !isLengths(shape)
          ? "the shape is not made of lengths"
          : bytes.length !== wanted && "the bytes do not fit the shape";
    if (problem) {
      throw new BitaleError("BAD_FILE", {
        subject: `tensor "${name}"`,
        problem,
        expected: `${wanted} bytes for ${dtype} [${shape.join(", ")}]`,
        got: `${bytes.length} bytes`,
      });
    }
    header.push([name, { dtype, shape, data_offsets: [end, end + bytes.length] }]);
    end += bytes.length;
  }
  const text = encodeText(JSON.stringify(Object.fromEntries(header)));
  const start = headerStart + Math.ceil(text.length / alignment) * alignment;
  const file = new Uint8Array(start + end).fill(0x20, headerStart, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - headerStart), true);
  file.set(text, headerStart);
  let at = start;
  for (const [, { bytes }] of ordered) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * The tensors of a file. Their bytes are copies, so that typed arrays on them are aligned.
 *
 * @param name of the file, for errors
 * @throws BitaleError BAD_FILE for a damaged file
 */
export function decodeSafetensors(file: Uint8Array, name = "safetensors file"): Safetensors {
  const damaged = (problem: string, got?: string) =>
    new BitaleError("BAD_FILE", {
      subject: name,
      problem,
      got,
      cure: "write the file again; this one is damaged or of another format",
    });
  if (file.length < headerStart) throw damaged("the file is truncated", `${file.length} bytes`);
  const headerLength = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (headerLength > BigInt(file.length - headerStart)) {
    throw damaged("the header is longer than the file", `${headerLength} bytes in a file of ${file.length}`);
  }
  const dataStart = headerStart + Number(headerLength);
  const header = parseHeader(file.subarray(headerStart, dataStart), file.length - dataStart, damaged);
  const tensors = header.entries.map(({ name: key, dtype, shape, begin, end }: TensorEntry) => {
    const bytes = new Uint8Array(file.subarray(dataStart + begin, dataStart + end));
    return [key, { dtype, shape, bytes }] as const;
  });
  return { tensors: new Map(tensors), metadata: header.metadata };
}
