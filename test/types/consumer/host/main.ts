// A consumer without Node's types, without the DOM library: whatever these packages' declarations name must be theirs
// or the language's.
import * as core from "@bitale/core";
import * as conformance from "@bitale/core/conformance";
import * as sparse from "@bitale/sparse";
import * as sparsePlugin from "@bitale/sparse/plugin";
import * as cpu from "@bitale/tensor-cpu";
import * as cpuPlugin from "@bitale/tensor-cpu/plugin";

export const everything: readonly object[] = [core, conformance, sparse, sparsePlugin, cpu, cpuPlugin];
