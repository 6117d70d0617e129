/** The trained parameters as a safetensors file, and back. */
import { readFileSync } from "node:fs";
import { BitaleError, decodeSafetensors, encodeSafetensors, NDArray, type Tensor } from "@bitale/core";

/** Values of the model's parameters: `W` [784, 10] and `b` [10], float32. */
export interface Parameters {
  readonly W: NDArray;
  readonly b: NDArray;
}

const shapes = { W: [784, 10], b: [10] } as const;

/** The file of the parameters. */
export function encodeParameters(
  { W, b }: Parameters,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const tensors = new Map([
    ["W", tensorOf(W)],
    ["b", tensorOf(b)],
  ]);
  return encodeSafetensors(tensors, metadata);
}

/**
 * Reads a file of parameters.
 *
 * @throws BitaleError BAD_FILE where it cannot be read, is damaged, or holds other parameters
 */
export function readParameters(file: string): Parameters {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const cure = "name a parameters.safetensors that an earlier run wrote";
    throw new BitaleError("BAD_FILE", { subject: file, problem: "the file cannot be read", cure, cause });
  }
  const { tensors } = decodeSafetensors(bytes, file);
  return { W: arrayOf(tensors, "W", file), b: arrayOf(tensors, "b", file) };
}

function tensorOf(array: NDArray): Tensor {
  const values = array.flat();
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, Number(values[i]), true);
  return { dtype: "F32", shape: array.shape, bytes: new Uint8Array(view.buffer) };
}

function arrayOf(tensors: ReadonlyMap<string, Tensor>, name: keyof Parameters, file: string): NDArray {
  const tensor = tensors.get(name);
  const shape: readonly number[] = shapes[name];
  if (tensor?.dtype !== "F32" || tensor.shape.join() !== shape.join()) {
    throw new BitaleError("BAD_FILE", {
      subject: `${file}: tensor "${name}"`,
      problem: tensor === undefined ? "it is missing" : "it is not this model's",
      expected: `F32 [${shape.join(", ")}]`,
      ...(tensor && { got: `${tensor.dtype} [${tensor.shape.join(", ")}]` }),
      cure: "name a parameters.safetensors that an earlier run of this example wrote",
    });
  }
  const view = new DataView(tensor.bytes.buffer);
  const data = Float32Array.from({ length: tensor.bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
  return new NDArray({ data, shape, dtype: "float32" });
}
