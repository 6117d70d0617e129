/** The files that a run leaves. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { BitaleError } from "@bitale/core";
import { encodeParameters } from "./parameters.js";
import { drawPng } from "./pictures/draw.js";
import { learningCurveSvg } from "./pictures/learning-curve.js";
import { weightTemplatesSvg } from "./pictures/weight-templates.js";
import type { Training } from "./training.js";
import { writeFileAtomically } from "./write-file.js";

/** Pixels of a PNG for each unit of its drawing. */
const scale = 2;

/**
 * Makes the folder of the results, so that a bad one is known before the long work.
 *
 * @throws BitaleError BAD_FILE where it cannot be made or written to
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new BitaleError("BAD_FILE", {
      subject: `--out ${folder}`,
      problem: "the results cannot be written there",
      got: (cause as Error).message,
      cure: "name a folder that you may write to",
      cause,
    });
  }
}

/** Writes the pictures and the best parameters into a folder; returns the names of the files. */
export async function writeResults(folder: string, backend: string, training: Training): Promise<string[]> {
  const { best, history } = training;
  const curve = await learningCurveSvg({ history, backend, bestEpoch: best.epoch });
  const templates = await weightTemplatesSvg(best.parameters.W.flat() as Float32Array);
  const metadata = {
    epoch: String(best.epoch),
    validation_error: String(best.validationError),
    test_error: String(best.testError),
  };
  const files: [string, string | Uint8Array][] = [
    ["learning-curve.png", drawPng(curve, scale)],
    ["learning-curve.svg", curve],
    ["weights.png", drawPng(templates, scale)],
    ["parameters.safetensors", encodeParameters(best.parameters, metadata)],
  ];
  return files.map(([name, content]) => {
    const file = join(folder, name);
    writeFileAtomically(file, content);
    return file;
  });
}
