/** What runs in the browser: one large product, on one thread and on two. Answers through `globalThis.threads`. */
import { createRuntime, dot, NDArray } from "@bitale/core";
import { plugin } from "@bitale/tensor-cpu";

export interface ThreadsResult {
  readonly features: Readonly<Record<string, string>> | undefined;
  /** Whether the results of both have the same bits. */
  readonly equal: boolean;
  readonly sharedMemory: boolean;
}

(globalThis as { threads?: unknown }).threads = async (): Promise<ThreadsResult> => {
  const compute = async (threads: number) => {
    const pluginOptions = { "tensor-cpu": { threads, arenaBytes: 2 ** 28 } };
    const runtime = createRuntime({ plugins: [plugin], pluginOptions });
    const n = 300;
    const values = new Float32Array(n * n).map((_, i) => Math.sin(i));
    const x = runtime.shared(new NDArray({ data: values, shape: [n, n], dtype: "float32" }));
    const product = runtime.compile([], dot(x, x.transpose()));
    product();
    // Workers start while the page goes on.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return { runtime, result: product(), buffer: x.getValue({ borrow: true }).data.buffer };
  };
  const [one, two] = [await compute(1), await compute(2)];
  const equal = one.result.data.every((value, i) => value === two.result.data[i]);
  const features = two.runtime.explain(1).verdicts[0]?.features;
  return { features, equal, sharedMemory: !(two.buffer instanceof ArrayBuffer) };
};
