/** The .npy format of NumPy (versions 1 to 3): one array, with its dtype and shape in a small header. */
import { BitaleError } from "../errors.js";
import { arrayConstructor, byteSize, type DType, isDType, type TypedArray } from "../tensor/dtype.js";
import { NDArray } from "../tensor/ndarray.js";
import { sizeOf } from "../tensor/shape.js";
import { decodeLatin1 } from "./text.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy's letters for kinds of dtypes. */
const kinds: Readonly<Record<string, string>> = { b: "bool", i: "int", u: "uint", f: "float" };

function descriptor(dtype: DType): string {
  const bytes = byteSize(dtype);
  if (dtype === "bool") return "|b1";
  return `${bytes === 1 ? "|" : "<"}${dtype[0]}${bytes}`;
}

/** The file of one array, row-major and little-endian. */
export function encodeNpy(array: NDArray): Uint8Array {
  const flat = array.flat();
  const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(", ")})`;
  const dictionary = `{'descr': '${descriptor(array.dtype)}', 'fortran_order': False, 'shape': ${shape}, }`;
  const padding = 64 - ((10 + dictionary.length + 1) % 64);
  const header = `${dictionary}${" ".repeat(padding % 64)}\n`;
  const file = new Uint8Array(10 + header.length + flat.byteLength);
  file.set([...magic, 1, 0, header.length & 255, header.length >> 8]);
  for (let i = 0; i < header.length; i++) file[10 + i] = header.charCodeAt(i);
  file.set(new Uint8Array(flat.buffer, flat.byteOffset, flat.byteLength), 10 + header.length);
  return file;
}

/**
 * The array of a file; Fortran order becomes strides, big-endian elements are swapped.
 * @throws BitaleError BAD_FILE for a damaged file or a dtype that is not supported
 */
export function decodeNpy(file: Uint8Array, name = ".npy file"): NDArray {
  const damaged = (problem: string, got?: string): BitaleError =>
    new BitaleError("BAD_FILE", { subject: name, problem, got });
  if (magic.some((byte, i) => file[i] !== byte)) throw damaged("it does not begin as a .npy file does");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const long = (file[6] as number) >= 2;
  const start = long ? 12 : 10;
  if (file.length < start) throw damaged("the file is truncated");
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  if (file.length < start + length) throw damaged("the header is longer than the file");
  const header = decodeLatin1(file.subarray(start, start + length));
  const { dtype, swap, fortran, shape } = parseHeader(header, damaged);
  const bytes = sizeOf(shape) * byteSize(dtype);
  const data = new Uint8Array(file.subarray(start + length, start + length + bytes)); // a copy: Buffer's slice is a view
  if (data.length !== bytes) throw damaged("the data are truncated", `${data.length} of ${bytes} bytes`);
  if (swap) swapBytes(data, byteSize(dtype));
  const elements: TypedArray = new (arrayConstructor(dtype))(data.buffer, 0, sizeOf(shape));
  if (!fortran) return new NDArray({ data: elements, shape, dtype });
  return new NDArray({ data: elements, shape: [...shape].reverse(), dtype }).transpose();
}

function parseHeader(header: string, damaged: (problem: string, got?: string) => Error) {
  const descr = /'descr': *'([<>|=]?)([a-zA-Z])(\d+)'/.exec(header);
  const order = /'fortran_order': *(True|False)/.exec(header);
  const lengths = /'shape': *\(([^)]*)\)/.exec(header);
  if (descr === null || order === null || lengths === null)
    throw damaged("the header cannot be read", header.trim());
  const [, endian, letter, size] = descr as unknown as [string, string, string, string];
  const kind = kinds[letter];
  const dtype = letter === "b" ? "bool" : `${kind}${Number(size) * 8}`;
  if (kind === undefined || !isDType(dtype)) throw damaged("its dtype is not supported", `${letter}${size}`);
  const shape = (lengths[1] as string)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(Number);
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0))
    throw damaged("its shape cannot be read", lengths[1]);
  return { dtype, swap: endian === ">", fortran: order[1] === "True", shape };
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
