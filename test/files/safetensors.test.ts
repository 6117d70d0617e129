import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../core/dist/files/safetensors.js";

const sizes = {
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
type DType = keyof typeof sizes;
const dtypes = Object.keys(sizes) as DType[];

const tensor = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(4), { maxLength: 3 }) })
  .chain(({ dtype, shape }) => {
    const length = shape.reduce((product, d) => product * d, sizes[dtype]);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => ({ dtype, shape, bytes: new Uint8Array(bytes) }));
  });
const names = fc.string().filter((name) => name !== "__metadata__");
const files = fc.record({
  tensors: fc
    .uniqueArray(fc.tuple(names, tensor), { selector: ([name]) => name })
    .map((pairs) => new Map(pairs)),
  metadata: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
});

test("what is encoded is decoded again", () => {
  fc.assert(
    fc.property(files, ({ tensors, metadata }) => {
      const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata));
      expect(new Map([...decoded.tensors].sort())).toEqual(new Map([...tensors].sort()));
      expect({ ...decoded.metadata }).toEqual({ ...metadata });
    }),
  );
});

test("tensors are aligned to their elements, in the file and after reading", () => {
  fc.assert(
    fc.property(files, ({ tensors }) => {
      const file = encodeSafetensors(tensors);
      const length = Number(new DataView(file.buffer).getBigUint64(0, true));
      expect(length % 8).toBe(0);
      const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
      for (const [name, { dtype }] of tensors) {
        expect(header[name].data_offsets[0] % sizes[dtype]).toBe(0);
      }
      for (const { bytes } of decodeSafetensors(file).tensors.values()) expect(bytes.byteOffset).toBe(0);
    }),
  );
});

test("a damaged file gives a clear error or other tensors, never another failure", () => {
  fc.assert(
    fc.property(files, fc.nat(), fc.nat(255), fc.boolean(), ({ tensors, metadata }, at, byte, cut) => {
      const file = encodeSafetensors(tensors, metadata);
      const damaged = cut ? file.subarray(0, at % file.length) : file.with(at % file.length, byte);
      try {
        decodeSafetensors(damaged);
      } catch (error) {
        expect(error).toMatchObject({ code: "BAD_FILE" });
      }
    }),
  );
});

/** A file with a hand-written header. */
function written(header: unknown, data: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}
const at = (begin: unknown, end: unknown, shape: unknown = [1], dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

test("a hand-written file is read", () => {
  const { tensors } = decodeSafetensors(written({ b: at(4, 8), a: at(0, 4) }, 8));
  expect(tensors.get("a")).toEqual({ dtype: "F32", shape: [1], bytes: new Uint8Array(4) });
});

test.each([
  ["no length", new Uint8Array(5), /truncated.*5 bytes/s],
  ["a length beyond the file", written("{}", 0).with(0, 200), /header is longer than the file/],
  ["a huge length", written("{}", 0).with(7, 255), /header is longer than the file/],
  ["no JSON", written("{", 0), /not a JSON object/],
  ["a list", written([], 0), /not a JSON object/],
  ["an entry that is no object", written({ a: 1 }, 0), /tensor "a" is not described/],
  ["an unknown dtype", written({ a: at(0, 4, [1], "F31") }, 4), /unknown dtype.*F31/s],
  ["a dtype of Object's own", written({ a: at(0, 4, [1], "toString") }, 4), /unknown dtype/],
  ["a negative length", written({ a: at(0, 4, [-1]) }, 4), /bad shape/],
  ["a fraction in offsets", written({ a: at(0, 4.5) }, 4), /bad data_offsets/],
  ["a place of another size", written({ a: at(0, 8) }, 8), /does not fit its place.*8 bytes.*takes 4/s],
  ["an overlap", written({ a: at(0, 4), b: at(2, 6) }, 6), /"b" overlaps/],
  ["a gap", written({ a: at(0, 4), b: at(6, 10) }, 10), /nothing describes.*"b"/],
  ["a missing end", written({ a: at(0, 4) }, 3), /ends after the file/],
  ["bytes at the end", written({ a: at(0, 4) }, 5), /bytes follow/],
  ["metadata of numbers", written({ __metadata__: { a: 1 } }, 0), /metadata/],
])("%s: a clear error that names the file", (_name, file, message) => {
  expect(() => decodeSafetensors(file, "some.safetensors")).toThrow(message);
  expect(() => decodeSafetensors(file, "some.safetensors")).toThrow(/^some\.safetensors: /);
});

test("bytes that do not fit the shape are not encoded, nor is a name of the format's own", () => {
  const one = { dtype: "F32", shape: [2], bytes: new Uint8Array(4) } as const;
  expect(() => encodeSafetensors(new Map([["a", one]]))).toThrow(/do not fit the shape.*8 bytes.*4 bytes/s);
  expect(() => encodeSafetensors(new Map([["__metadata__", { ...one, shape: [1] }]]))).toThrow(
    /taken by the format/,
  );
});
