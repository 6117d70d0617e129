/** As much of the ZIP format as .npz files need: stored entries are written, stored and deflated ones are read. */
import { BitaleError } from "../errors.js";
import { decodeText, encodeText } from "./text.js";

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endRecord = 0x06054b50;

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 as ZIP takes it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** An archive of stored entries. Names must be ASCII or UTF-8. */
export function writeZip(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [text, content] of entries) {
    const name = encodeText(text);
    const crc = crc32(content);
    const fields = (view: DataView, at: number): void => {
      view.setUint16(at, 20, true);
      view.setUint16(at + 2, 0x800, true);
      view.setUint16(at + 8, 0x21, true); // 1980-01-01: archives of equal content are equal
      view.setUint32(at + 10, crc, true);
      view.setUint32(at + 14, content.length, true);
      view.setUint32(at + 18, content.length, true);
      view.setUint16(at + 22, name.length, true);
    };
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, localHeader, true);
    fields(local, 4);
    const central = new DataView(new ArrayBuffer(46));
    central.setUint32(0, centralHeader, true);
    central.setUint16(4, 20, true);
    fields(central, 6);
    central.setUint32(42, offset, true);
    parts.push(new Uint8Array(local.buffer), name, content);
    directory.push(new Uint8Array(central.buffer), name);
    offset += 30 + name.length + content.length;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, endRecord, true);
  end.setUint16(8, entries.size, true);
  end.setUint16(10, entries.size, true);
  end.setUint32(
    12,
    directory.reduce((n, part) => n + part.length, 0),
    true,
  );
  end.setUint32(16, offset, true);
  return joined([...parts, ...directory, new Uint8Array(end.buffer)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/**
 * The entries of an archive, checked by their sums.
 * @throws BitaleError BAD_FILE for a damaged archive or a way of packing that .npz files do not use
 */
export async function readZip(file: Uint8Array, name: string): Promise<Map<string, Uint8Array>> {
  const damaged = (problem: string): BitaleError => new BitaleError("BAD_FILE", { subject: name, problem });
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = file.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== endRecord) end--;
  if (end < 0) throw damaged("it is no ZIP archive");
  const entries = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  try {
    for (let i = view.getUint16(end + 10, true); i > 0; i--) {
      if (view.getUint32(at, true) !== centralHeader) throw damaged("its directory is damaged");
      const [method, crc] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
      const [packed, lengthOfName] = [view.getUint32(at + 20, true), view.getUint16(at + 28, true)];
      const entry = decodeText(file.subarray(at + 46, at + 46 + lengthOfName));
      const local = view.getUint32(at + 42, true);
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const bytes = file.subarray(start, start + packed);
      if (method !== 0 && method !== 8) throw damaged(`entry ${entry} is packed in an unknown way`);
      const content = method === 0 ? bytes : await inflate(bytes);
      if (crc32(content) !== crc) throw damaged(`entry ${entry} is damaged`);
      entries.set(entry, content);
      at += 46 + lengthOfName + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  } catch (error) {
    if (error instanceof RangeError) throw damaged("the archive is truncated");
    throw error;
  }
  return entries;
}

/** What browsers and Node bring for deflated data. */
interface Streams {
  Blob: new (parts: readonly Uint8Array[]) => { stream(): { pipeThrough(through: unknown): unknown } };
  DecompressionStream: new (format: string) => unknown;
  Response: new (body: unknown) => { arrayBuffer(): Promise<ArrayBuffer> };
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const { Blob, DecompressionStream, Response } = globalThis as unknown as Streams;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
