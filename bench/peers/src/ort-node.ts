/** onnxruntime-node: the native ONNX runtime, asynchronous only; a reference for what the processor can do. */
import type { Contend } from "@bitale/bench/workloads";
import * as ort from "onnxruntime-node";
import { onnxTasks } from "./onnx-contender.js";

export const contend: Contend = () => ({
  tasks: onnxTasks(ort, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
  }),
});
