import { expect, test } from "vitest";
import { decodeIdx } from "../../../examples/mnist/dist/index.js";

const twoLabels = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 7, 3]);

test("values are a window on the file, with the shape of its header", () => {
  const images = new Uint8Array([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]);
  const { shape, data } = decodeIdx(images, 3, "images");
  expect(shape).toEqual([1, 2, 3]);
  expect([...data]).toEqual([1, 2, 3, 4, 5, 255]);
  expect(data.buffer).toBe(images.buffer);
});

test("a window on a larger buffer is read from its own start", () => {
  const large = new Uint8Array([9, 9, 9, ...twoLabels]);
  expect([...decodeIdx(large.subarray(3), 1, "labels").data]).toEqual([7, 3]);
});

test.each([
  ["labels in place of images", twoLabels, 3, /labels: the file is truncated/],
  [
    "images in place of labels",
    new Uint8Array([0, 0, 8, 3, 0, 0, 0, 2, 7, 3]),
    1,
    /magic number is wrong.*0x00000801.*0x00000803/s,
  ],
  ["another type of values", new Uint8Array([0, 0, 13, 1, 0, 0, 0, 2, 7, 3]), 1, /magic number is wrong/],
  ["a gzip file", new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 2, 7, 3]), 1, /gzip.*unpack/],
  ["nothing", new Uint8Array(0), 1, /truncated.*at least 8 bytes.*0 bytes/s],
  ["half a header", twoLabels.subarray(0, 6), 1, /truncated/],
  ["a value too few", twoLabels.subarray(0, 9), 1, /truncated.*10 bytes for the shape \[2\].*9 bytes/s],
  ["a value too many", new Uint8Array([...twoLabels, 1]), 1, /bytes follow the last value/],
])("%s: a clear error", (_name, bytes, rank, message) => {
  expect(() => decodeIdx(bytes, rank, "labels")).toThrow(expect.objectContaining({ code: "BAD_FILE" }));
  expect(() => decodeIdx(bytes, rank, "labels")).toThrow(message);
});
