import { createRuntime } from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu/plugin";
import { expect, test } from "vitest";
import { buildModel } from "../../../examples/denoising-autoencoder/dist/model.js";
import { readMnist } from "../../../examples/mnist/dist/index.js";
import { runExample } from "../run-example.js";

const options = { batchSize: 20, learningRate: 0.1, corruption: 0.3, hidden: 50 };

test("the cost is the cross-entropy of plain loops, and the way back is the transposed way there", async () => {
  const runtime = createRuntime({ plugins: [cpu] });
  const data = readMnist({ limit: 20 });
  const model = await buildModel(runtime, data, { ...options, corruption: 0 });
  const W = (await model.W.getValueAsync()).flat() as Float32Array;
  const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));
  let total = 0;
  for (let n = 0; n < 20; n++) {
    const x = data.train.images.subarray(n * 784, (n + 1) * 784);
    const code = Array.from({ length: 50 }, (_, j) =>
      sigmoid(x.reduce((sum, pixel, i) => sum + pixel * (W[i * 50 + j] as number), 0)),
    );
    for (const [i, pixel] of x.entries()) {
      const z = sigmoid(code.reduce((sum, unit, j) => sum + unit * (W[i * 50 + j] as number), 0));
      total -= pixel * Math.log(z) + (1 - pixel) * Math.log(1 - z);
    }
  }
  expect((await model.train(0)) / (total / 20)).toBeCloseTo(1, 4);
  await runtime.dispose();
});

test("three pixels in ten are dropped, others in each call, and training lowers the cost", async () => {
  const runtime = createRuntime({ plugins: [cpu] });
  const model = await buildModel(runtime, readMnist({ limit: 2000 }), options);
  const first = await model.denoise();
  const second = await model.denoise();
  expect(first.image.flat()).toEqual(second.image.flat());
  expect(first.corrupted.flat()).not.toEqual(second.corrupted.flat());
  const image = first.image.flat() as Float32Array;
  const corrupted = first.corrupted.flat() as Float32Array;
  let [inked, dropped] = [0, 0];
  for (const [at, pixel] of image.entries()) {
    if (pixel === 0) continue;
    inked++;
    if (corrupted[at] === 0) dropped++;
    else expect(corrupted[at]).toBe(pixel);
  }
  // Four standard deviations of a count.
  expect(Math.abs(dropped / inked - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / inked));

  let [early, late] = [0, 0];
  for (let index = 0; index < 100; index++) {
    const cost = await model.train(index);
    if (index < 10) early += cost / 10;
    if (index >= 90) late += cost / 10;
  }
  expect(late).toBeLessThan(early * 0.6);
  await runtime.dispose();
});

test("the program trains, reports and draws", () => {
  const args = ["--epochs", "1", "--limit", "200", "--batch-size", "100", "--hidden", "60"];
  const { status, stdout, stderr, files } = runExample("denoising-autoencoder", args);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/validation cost +│ \d+\.\d{3} nats an image/);
  expect(files).toEqual(["denoised.png", "filters.png", "learning-curve.png", "learning-curve.svg"]);
});
