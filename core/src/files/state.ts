/** The values of shared variables as one file, and back: safetensors, or .npz for users of NumPy. */
import { BitaleError, BitaleTypeError } from "../errors.js";
import type { Container } from "../shared/container.js";
import { type NewValue, replaceAll } from "../shared/replace-all.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import { arrayConstructor, type DType } from "../tensor/dtype.js";
import { isNDArray, NDArray } from "../tensor/ndarray.js";
import { sizeOf } from "../tensor/shape.js";
import { decodeNpy, encodeNpy } from "./npy.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
import type { SafetensorsDType } from "./safetensors-header.js";
import { readZip, writeZip } from "./zip.js";

export type StateFormat = "safetensors" | "npz";

/** Variables by the names that they have in the file; a list takes the variables' own names. */
export type NamedVariables = Readonly<Record<string, SharedVariable>> | readonly SharedVariable[];

const letters: { readonly [D in DType]: SafetensorsDType } = {
  bool: "BOOL",
  int8: "I8",
  int16: "I16",
  int32: "I32",
  int64: "I64",
  uint8: "U8",
  uint16: "U16",
  uint32: "U32",
  uint64: "U64",
  float16: "F16",
  float32: "F32",
  float64: "F64",
};
const dtypeOf = Object.fromEntries(Object.entries(letters).map(([dtype, letter]) => [letter, dtype])) as {
  readonly [L in SafetensorsDType]: DType;
};

function named(variables: NamedVariables): Map<string, SharedVariable> {
  if (!Array.isArray(variables)) return new Map(Object.entries(variables));
  const map = new Map<string, SharedVariable>();
  for (const variable of variables as readonly SharedVariable[]) {
    const { name } = variable;
    if (name === undefined || map.has(name)) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject: "variables to save or load",
        problem: name === undefined ? "one has no name" : `two are named ${name}`,
        cure: "pass a record: { W, b }",
      });
    }
    map.set(name, variable);
  }
  return map;
}

/** Arrays as a file. */
export function encodeArrays(
  arrays: ReadonlyMap<string, NDArray>,
  format: StateFormat = "safetensors",
): Uint8Array {
  if (format === "npz")
    return writeZip(new Map([...arrays].map(([name, array]) => [`${name}.npy`, encodeNpy(array)])));
  const tensors = [...arrays].map(([name, array]) => {
    const { buffer, byteOffset, byteLength } = array.flat();
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    return [name, { dtype: letters[array.dtype], shape: array.shape, bytes }] as const;
  });
  return encodeSafetensors(new Map(tensors));
}

/** The arrays of a file, whichever of the formats it has. @throws BitaleError BAD_FILE */
export async function decodeArrays(file: Uint8Array, name = "file"): Promise<Map<string, NDArray>> {
  if (file[0] === 0x50 && file[1] === 0x4b) {
    const entries = await readZip(file, name);
    return new Map(
      [...entries].map(([entry, bytes]) => [
        entry.replace(/\.npy$/, ""),
        decodeNpy(bytes, `${name}: ${entry}`),
      ]),
    );
  }
  const { tensors } = decodeSafetensors(file, name);
  return new Map(
    [...tensors].map(([key, { dtype, shape, bytes }]) => {
      const copy = new Uint8Array(bytes); // Buffer's slice would be a view
      const data = new (arrayConstructor(dtypeOf[dtype]))(copy.buffer, 0, sizeOf(shape));
      return [key, new NDArray({ data, shape, dtype: dtypeOf[dtype] })];
    }),
  );
}

/**
 * The values of shared variables as a file, on every backend.
 * @throws BitaleTypeError BAD_VALUE for a variable whose values are no dense tensors, or without a name of its own
 *
 * @example
 * ```ts
 * import { loadState, saveState, shared } from "@bitale/core";
 * const [W, b] = [shared([[1, 2]], { name: "W" }), shared([3], { name: "b" })];
 * const file = await saveState({ W, b });
 * W.setValue([[0, 0]]);
 * await loadState(file, { W, b });
 * console.log(W.getValue().toArray()); // [[1, 2]]
 * ```
 */
export async function saveState(
  variables: NamedVariables,
  options: { readonly format?: StateFormat } = {},
): Promise<Uint8Array> {
  const arrays = new Map<string, NDArray>();
  for (const [name, variable] of named(variables)) {
    const value = await variable.getValueAsync({ borrow: true });
    if (!isNDArray(value)) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject: `saving ${name}`,
        problem: "only dense tensors are saved",
        got: variable.type.toString(),
        cure: "save its parts, or a dense copy",
      });
    }
    arrays.set(name, value);
  }
  return encodeArrays(arrays, options.format);
}

/**
 * Sets shared variables from a file, with the checks of `setValue`: all of them, or none where anything is wrong.
 * @param options.allowExtra the file may hold more than the variables
 * @throws BitaleError BAD_FILE for a damaged file or missing or extra names; what `Type.filter` throws
 */
export async function loadState(
  file: Uint8Array,
  variables: NamedVariables,
  options: { readonly allowExtra?: boolean; readonly name?: string } = {},
): Promise<void> {
  const subject = options.name ?? "state file";
  const arrays = await decodeArrays(file, subject);
  const targets = named(variables);
  const missing = [...targets.keys()].filter((name) => !arrays.has(name));
  const extra = options.allowExtra === true ? [] : [...arrays.keys()].filter((name) => !targets.has(name));
  if (missing.length > 0 || extra.length > 0) {
    throw new BitaleError("BAD_FILE", {
      subject,
      problem:
        missing.length > 0
          ? `it has no ${missing.join(", ")}`
          : `it has ${extra.join(", ")}, which no variable takes`,
      got: `tensors ${[...arrays.keys()].join(", ")}`,
      cure: missing.length > 0 ? "load fewer variables" : "pass allowExtra: true",
    });
  }
  const prepared: NewValue[] = [];
  try {
    for (const [name, variable] of targets) {
      const container = variable.container as Container;
      const { strict, allowDowncast } = container;
      const host = container.type.filter(arrays.get(name), {
        strict,
        allowDowncast,
        subject: `${name} of ${subject}`,
      });
      prepared.push({ container, internal: container.type.fromHost(host, { borrow: false }) });
    }
  } catch (error) {
    for (const { container, internal } of prepared) container.type.release(internal);
    throw error;
  }
  replaceAll(prepared, (message) =>
    (globalThis as { console?: { warn(text: string): void } }).console?.warn(message),
  );
}
