/** Trained parameters as a safetensors file, and back. */
import { readFileSync } from "node:fs";
import {
  BitaleError,
  decodeArrays,
  decodeSafetensors,
  encodeArrays,
  encodeSafetensors,
  type NDArray,
} from "@bitale/core";
import type { ClassifierGraph } from "./classifier.js";

/** Values of parameters, by their names. */
export type Parameters = Readonly<Record<string, NDArray>>;

/** The values of a classifier's parameters, copied. */
export async function valuesOf(parameters: ClassifierGraph["parameters"]): Promise<Parameters> {
  const values: Record<string, NDArray> = {};
  for (const [name, variable] of Object.entries(parameters)) values[name] = await variable.getValueAsync();
  return values;
}

/** The file of parameters, with what is to be known about them. */
export function encodeParameters(
  parameters: Parameters,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const { tensors } = decodeSafetensors(encodeArrays(new Map(Object.entries(parameters))), "parameters");
  return encodeSafetensors(tensors, metadata);
}

/**
 * Reads a file of parameters.
 *
 * @param like values of the shapes and dtypes that are wanted
 * @throws BitaleError BAD_FILE where it cannot be read, is damaged, or holds other parameters
 */
export async function readParameters(file: string, like: Parameters): Promise<Parameters> {
  const cure = "name a parameters.safetensors that an earlier run of this example wrote";
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new BitaleError("BAD_FILE", { subject: file, problem: "the file cannot be read", cure, cause });
  }
  const arrays = await decodeArrays(bytes, file);
  const read = Object.entries(like).map(([name, wanted]) => {
    const array = arrays.get(name);
    if (array !== undefined && signature(array) === signature(wanted)) return [name, array] as const;
    throw new BitaleError("BAD_FILE", {
      subject: `${file}: tensor "${name}"`,
      problem: array === undefined ? "it is missing" : "it is not this model's",
      expected: signature(wanted),
      ...(array && { got: signature(array) }),
      cure,
    });
  });
  return Object.fromEntries(read);
}

const signature = ({ dtype, shape }: NDArray): string => `${dtype} [${shape.join(", ")}]`;
