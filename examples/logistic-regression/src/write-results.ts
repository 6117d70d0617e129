/** The files that a run leaves. */
import { join } from "node:path";
import { encodeParameters } from "./parameters.js";
import { drawPng } from "./pictures/draw.js";
import { learningCurveSvg } from "./pictures/learning-curve.js";
import { weightTemplatesSvg } from "./pictures/weight-templates.js";
import type { Training } from "./training.js";
import { writeFileAtomically } from "./write-file.js";

/** Pixels of a PNG for each unit of its drawing. */
const scale = 2;

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
