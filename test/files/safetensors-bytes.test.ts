import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../core/dist/files/safetensors.js";

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

/** A whole file by hand: float32 [1, 2] of 1 and -2, little-endian. The header is padded to 64 bytes with spaces. */
const file = new Uint8Array([
  ...[64, 0, 0, 0, 0, 0, 0, 0],
  ...ascii('{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'.padEnd(64, " ")),
  ...[0x00, 0x00, 0x80, 0x3f],
  ...[0x00, 0x00, 0x00, 0xc0],
]);

test("a file made by hand is read", () => {
  const { tensors, metadata } = decodeSafetensors(file);
  expect([...tensors.keys()]).toEqual(["a"]);
  expect(metadata).toEqual({});
  const { dtype, shape, bytes } = tensors.get("a")!;
  expect([dtype, shape]).toEqual(["F32", [1, 2]]);
  const view = new DataView(bytes.buffer);
  expect([view.getFloat32(0, true), view.getFloat32(4, true)]).toEqual([1, -2]);
});

test("a file is read at any place of a larger buffer", () => {
  const large = new Uint8Array(file.length + 5);
  large.set(file, 3);
  expect(decodeSafetensors(large.subarray(3, 3 + file.length)).tensors).toEqual(
    decodeSafetensors(file).tensors,
  );
});

test("what is written is as short as the format's own writer makes it", () => {
  // Nothing: an empty header, padded to eight bytes.
  expect([...encodeSafetensors(new Map())]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, ...ascii("{}      ")]);
  const bytes = file.slice(72);
  const written = encodeSafetensors(new Map([["a", { dtype: "F32", shape: [1, 2], bytes }]]));
  // 56 characters are whole eights already.
  expect([...written.subarray(0, 8)]).toEqual([56, 0, 0, 0, 0, 0, 0, 0]);
  expect([...written.subarray(8, 64)]).toEqual([...file.subarray(8, 64)]);
  expect([...written.subarray(64)]).toEqual([...bytes]);
});

test("names that JavaScript gives a meaning are names like others", () => {
  const one = { dtype: "U8", shape: [1], bytes: new Uint8Array([7]) } as const;
  const tensors = new Map([
    ["__proto__", one],
    ["constructor", one],
    ["0", one],
    ["", one],
  ]);
  expect(new Map([...decodeSafetensors(encodeSafetensors(tensors)).tensors].sort())).toEqual(
    new Map([...tensors].sort()),
  );
});
