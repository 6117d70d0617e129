/** Functions of floats in vectors, by the names of the primitives. */
import type { Code } from "../../wasm/code.js";
import type { FloatType } from "../lanes.js";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";

export type FloatFunction = (e: Emitter, type: FloatType, four: Four) => readonly Code[];

export const floatFunctions: Readonly<Record<string, FloatFunction>> = {};
