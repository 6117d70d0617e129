import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NDArray } from "@bitale/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeParameters, readParameters } from "../../../examples/logistic-regression/dist/parameters.js";
import { writeFileAtomically } from "../../../examples/logistic-regression/dist/write-file.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bitale-parameters-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const array = (shape: readonly number[]) => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i));
  return new NDArray({ data, shape, dtype: "float32" });
};

test("parameters are read back bit by bit", () => {
  const file = join(folder, "deep", "parameters.safetensors");
  const W = array([784, 10]);
  const b = array([10]);
  writeFileAtomically(file, encodeParameters({ W, b }, { epoch: "73" }));
  const read = readParameters(file);
  expect(read.W.shape).toEqual([784, 10]);
  expect(read.W.flat()).toEqual(W.flat());
  expect(read.b.flat()).toEqual(b.flat());
  expect(readdirSync(join(folder, "deep"))).toEqual(["parameters.safetensors"]);
});

test("files of other parameters, damaged ones and missing ones are named", () => {
  const file = join(folder, "parameters.safetensors");
  expect(() => readParameters(file)).toThrow(/parameters\.safetensors: the file cannot be read/);
  writeFileSync(file, "not safetensors at all");
  expect(() => readParameters(file)).toThrow(/header is longer/);
  writeFileSync(file, encodeParameters({ W: array([10, 784]), b: array([10]) }, {}));
  expect(() => readParameters(file)).toThrow(
    /tensor "W": it is not this model's.*F32 \[784, 10\].*F32 \[10, 784\]/s,
  );
});

test("a write that fails leaves the old file and nothing beside it", () => {
  const file = join(folder, "some.txt");
  writeFileAtomically(file, "old");
  writeFileAtomically(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(() => writeFileAtomically(folder, "a folder stands there")).toThrow();
  expect(() => writeFileAtomically(file, 7 as never)).toThrow(TypeError);
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(readdirSync(folder)).toEqual(["some.txt"]);
});
