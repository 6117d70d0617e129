// A worker of cross-thread.test.ts: makes variables on the storage of other threads, and calls functions of them.
import { parentPort, workerData } from "node:worker_threads";
import { createRuntime, SharedVariable } from "@bitale/core";
import { crossThreadContainer, plugin } from "@bitale/tensor-cpu";

const { handles, job, times } = workerData;
const runtime = createRuntime({ plugins: [plugin] });
const [x, y] = handles.map((handle) => {
  const container = crossThreadContainer(handle);
  return new SharedVariable(handle.name, container.type, undefined, undefined, { container });
});
const jobs = {
  increment: () => {
    const step = runtime.compile([], null, { updates: [[x, x.add(1)]] });
    return () => step();
  },
  exchange: () => {
    const step = runtime.compile([], null, {
      updates: [
        [x, y],
        [y, x],
      ],
    });
    return () => step();
  },
  set: () => (i) => x.setValue(new Float32Array(x.type.shape[0]).fill(i)),
};
const work = jobs[job]();
for (let i = 0; i < times; i++) work(i);
parentPort.postMessage("done");
