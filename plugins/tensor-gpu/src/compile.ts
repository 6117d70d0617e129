/** A region as one command buffer a call: kernels are made once, buffers come from the pool, one submit. */
import {
  BitaleError,
  checkWindow,
  type Executable,
  type PlannedStep,
  planRegion,
  type Region,
  type RegionPlan,
  type RegionValue,
  rowMajorStrides,
  sizeOf,
} from "@bitale/core";
import type { GpuSession, Pipeline } from "./session.js";
import { encode, GpuTensor, upload } from "./storage.js";
import { dotKernel, indexingKernel, iotaKernel, type Kernel, loopKernel } from "./wgsl/kernels.js";

interface Dispatch extends Pipeline {
  readonly kernel: Kernel;
}

function kernelOf(step: PlannedStep): Kernel | undefined {
  switch (step.kind) {
    case "loop":
      return loopKernel(step);
    case "dot":
      return dotKernel(step);
    case "iota":
      return iotaKernel(step);
    case "indexing":
      return indexingKernel(step);
    case "lines":
    case "whole":
      throw new TypeError(`tensor-gpu does not declare ${step.op}`);
  }
}

/** Compiles a region: shaders and pipelines now, buffers at each run. */
export function compileRegion(region: Region, session: GpuSession): Executable {
  const strides = region.inputs.map((id) => rowMajorStrides((region.values[id] as RegionValue).shape));
  // One binding is left for the numbers of the call, one for what an updated window holds already.
  const plan = planRegion(region, strides, { mostLeaves: session.mostOperands - 2, longestExpression: 32 });
  const dispatches = plan.steps.flatMap((step): Dispatch[] => {
    const kernel = kernelOf(step);
    if (kernel === undefined) return [];
    const operands = kernel.slots.length + (kernel.usesScalars ? 1 : 0);
    return [{ kernel, ...session.pipeline(kernel.code, operands) }];
  });
  const constants = new Map<number, GPUBuffer>();
  plan.slots.forEach((slot, index) => {
    if (slot.kind !== "constant") return;
    const buffer = session.pool.take(slot.value.size);
    upload(session.device, buffer, encode(slot.value));
    constants.set(index, buffer);
  });
  const outputs = region.outputs.map((id) => region.values[id] as RegionValue);
  let settling: Promise<(GPUError | null)[]> = Promise.resolve([]);

  return {
    run: (given, scalars) => {
      const { device } = session;
      session.check();
      for (const check of plan.checks) checkWindow(check, scalars);
      device.pushErrorScope("validation");
      device.pushErrorScope("out-of-memory");
      const { buffers, results, temporaries } = bindSlots(
        plan,
        given as GpuTensor[],
        constants,
        outputs,
        session,
      );
      const numbers = scalars.length === 0 ? undefined : session.pool.take(scalars.length);
      if (numbers !== undefined) upload(device, numbers, Int32Array.from(scalars));
      encodeAll(device, dispatches, buffers, numbers);
      for (const buffer of temporaries) session.pool.give(buffer);
      if (numbers !== undefined) session.pool.give(numbers);
      settling = Promise.all([device.popErrorScope(), device.popErrorScope()]);
      return results;
    },
    settled: async () => {
      const [full, invalid] = await settling;
      if (full)
        throw failure(
          "OUT_OF_MEMORY",
          full,
          "dispose variables that are no longer used, or use smaller batches",
        );
      if (invalid) throw failure("KERNEL_FAILED", invalid);
      session.check();
    },
    dispose: () => {
      for (const buffer of constants.values()) session.pool.give(buffer);
      constants.clear();
    },
  };
}

const failure = (code: "OUT_OF_MEMORY" | "KERNEL_FAILED", error: GPUError, cure?: string): BitaleError =>
  new BitaleError(code, { subject: "backend tensor-gpu", problem: error.message, cure, cause: error });

/** Buffers of all slots for one run. */
function bindSlots(
  plan: RegionPlan,
  inputs: readonly GpuTensor[],
  constants: ReadonlyMap<number, GPUBuffer>,
  outputs: readonly RegionValue[],
  session: GpuSession,
) {
  const results: GpuTensor[] = [];
  const temporaries: GPUBuffer[] = [];
  const buffers = plan.slots.map((slot, index): GPUBuffer => {
    if (slot.kind === "input") return (inputs[slot.place] as GpuTensor).buffer;
    if (slot.kind === "constant") return constants.get(index) as GPUBuffer;
    if (slot.kind === "temporary") {
      const buffer = session.pool.take(slot.size);
      temporaries.push(buffer);
      return buffer;
    }
    const { dtype, shape } = outputs[slot.place] as RegionValue;
    const buffer = session.pool.take(sizeOf(shape));
    results[slot.place] = new GpuTensor(buffer, dtype, shape);
    return buffer;
  });
  return { buffers, results, temporaries };
}

function encodeAll(
  device: GPUDevice,
  dispatches: readonly Dispatch[],
  buffers: readonly GPUBuffer[],
  numbers: GPUBuffer | undefined,
): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const { kernel, pipeline, layout } of dispatches) {
    const bound = kernel.slots.map((slot) => buffers[slot] as GPUBuffer);
    if (kernel.usesScalars) bound.push(numbers as GPUBuffer);
    bound.push(buffers[kernel.out] as GPUBuffer);
    const entries = bound.map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
    pass.dispatchWorkgroups(...kernel.workgroups);
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
}
