/** onnxruntime-web: ONNX graphs in WASM. */
import type { Contend } from "@bitale/bench/workloads";
import * as ort from "onnxruntime-web";
import { onnxTasks } from "./onnx-contender.js";

export const contend: Contend = () => {
  ort.env.wasm.numThreads = 1;
  return { tasks: onnxTasks(ort, { executionProviders: ["wasm"] }) };
};
