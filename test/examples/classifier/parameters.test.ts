import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, NDArray } from "@bitale/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeParameters, readParameters } from "../../../examples/classifier/dist/parameters.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bitale-parameters-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const array = (shape: readonly number[]) => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i));
  return new NDArray({ data, shape, dtype: "float32" });
};
const like = { W: array([784, 10]), b: array([10]) };

test("parameters are read back bit by bit, with what is to be known about them", async () => {
  const file = join(folder, "parameters.safetensors");
  const bytes = encodeParameters(like, { epoch: "73" });
  expect(decodeSafetensors(bytes, file).metadata).toEqual({ epoch: "73" });
  writeFileSync(file, bytes);
  const { W, b } = await readParameters(file, like);
  expect(W?.shape).toEqual([784, 10]);
  expect(W?.flat()).toEqual(like.W.flat());
  expect(b?.flat()).toEqual(like.b.flat());
});

test("files of other parameters, damaged ones and missing ones are named", async () => {
  const file = join(folder, "parameters.safetensors");
  await expect(readParameters(file, like)).rejects.toThrow(
    /parameters\.safetensors: the file cannot be read/,
  );
  writeFileSync(file, "not safetensors at all");
  await expect(readParameters(file, like)).rejects.toThrow(/header is longer/);
  writeFileSync(file, encodeParameters({ W: array([10, 784]), b: array([10]) }, {}));
  await expect(readParameters(file, like)).rejects.toThrow(
    /tensor "W": it is not this model's.*float32 \[784, 10\].*float32 \[10, 784\]/s,
  );
  writeFileSync(file, encodeParameters({ W: like.W }, {}));
  await expect(readParameters(file, like)).rejects.toThrow(/tensor "b": it is missing/);
});
