/** The IDX format of the MNIST files: a magic number, the lengths of the axes, then the values. */
import { BitaleError } from "@bitale/core";

/** Values of one IDX file of unsigned bytes; `data` is a window on the file's own bytes. */
export interface IdxBytes {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The third byte of the magic number where the values are unsigned bytes. */
const unsignedByte = 0x08;

/**
 * Reads an IDX file of unsigned bytes with `rank` axes (3: images, 1: labels).
 *
 * @param file its name, for errors
 * @throws BitaleError BAD_FILE for a wrong magic number and for a file that is too short or too long
 */
export function decodeIdx(bytes: Uint8Array, rank: number, file: string): IdxBytes {
  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength) throw truncated(file, `at least ${headerLength} bytes`, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const expected = (unsignedByte << 8) | rank;
  if (magic !== expected) {
    throw new BitaleError("BAD_FILE", {
      subject: file,
      problem: "the magic number is wrong",
      expected: `${hex(expected)} (unsigned bytes, ${rank} ${rank === 1 ? "axis" : "axes"})`,
      got: hex(magic),
      cure: cureOf(magic),
    });
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, length) => product * length, 1);
  if (bytes.length !== headerLength + count) {
    const said = `${headerLength + count} bytes for the shape [${shape.join(", ")}] in its header`;
    if (bytes.length < headerLength + count) throw truncated(file, said, bytes.length);
    throw new BitaleError("BAD_FILE", {
      subject: file,
      problem: "bytes follow the last value",
      expected: said,
      got: `${bytes.length} bytes`,
    });
  }
  return { shape, data: bytes.subarray(headerLength) };
}

const hex = (magic: number): string => `0x${magic.toString(16).padStart(8, "0")}`;

function truncated(file: string, expected: string, length: number): BitaleError {
  return new BitaleError("BAD_FILE", {
    subject: file,
    problem: "the file is truncated",
    expected,
    got: `${length} bytes`,
    cure: "install the package of the file again",
  });
}

function cureOf(magic: number): string {
  return magic >>> 16 === 0x1f8b
    ? "this is a gzip file: unpack it first"
    : "hand over an IDX file of MNIST: images have three axes, labels one";
}
