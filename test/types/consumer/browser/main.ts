// A consumer in a browser: the DOM library, which has WebGPU's types, and a bundler's resolution.
import * as core from "@bitale/core";
import * as sparse from "@bitale/sparse";
import * as cpu from "@bitale/tensor-cpu";
import * as gpu from "@bitale/tensor-gpu";
import * as gpuPlugin from "@bitale/tensor-gpu/plugin";

export const everything: readonly object[] = [core, sparse, cpu, gpu, gpuPlugin];
