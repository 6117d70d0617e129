/** A regular file of a tar archive. */
export interface TarFile {
  /** Relative, with `/`; it stays below the folder that it is unpacked into. */
  readonly path: string;
  readonly mode: number;
  /** A view into the archive. */
  readonly data: Uint8Array;
}

const BLOCK = 512;
const REGULAR = new Set(["0", "\0"]);
const DIRECTORY = "5";

/**
 * The regular files of an uncompressed ustar archive, in order; folders are left out, for their files name them.
 *
 * @throws Error if the archive is damaged, leads out of its folder, or holds what is neither a file nor a folder
 * (a link, an extended header): to pass over one would unpack an incomplete driver without a word.
 */
export function* readTar(archive: Uint8Array): Generator<TarFile> {
  let offset = 0;
  for (;;) {
    const header = archive.subarray(offset, offset + BLOCK);
    if (header.length < BLOCK) throw new Error(`tar: the archive ends without its end mark, at ${offset}`);
    if (header.every((byte) => byte === 0)) return;
    if (checksumOf(header) !== octal(header, 148, 8)) throw new Error(`tar: damaged header at ${offset}`);

    const prefix = text(header, 345, 155);
    const path = prefix === "" ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
    if (path.startsWith("/") || path.split("/").includes("..")) {
      throw new Error(`tar: "${path}" leads out of the folder`);
    }
    const type = String.fromCharCode(header[156]!);
    const start = offset + BLOCK;
    const size = octal(header, 124, 12);
    if (start + size > archive.length) throw new Error(`tar: "${path}" is cut off`);
    if (REGULAR.has(type)) {
      yield { path, mode: octal(header, 100, 8), data: archive.subarray(start, start + size) };
    } else if (type !== DIRECTORY) {
      throw new Error(`tar: "${path}" has type "${type}", neither a file nor a folder`);
    }
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** The sum of the header's bytes, with its own eight bytes read as spaces. */
function checksumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(header: Uint8Array, start: number, length: number): number {
  const digits = text(header, start, length).trim();
  if (!/^[0-7]+$/.test(digits)) throw new Error(`tar: "${digits}" is not a number`);
  return Number.parseInt(digits, 8);
}
