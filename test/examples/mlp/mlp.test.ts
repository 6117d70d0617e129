import { createRuntime, type Runtime } from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse/plugin";
import { plugin as cpu } from "@bitale/tensor-cpu/plugin";
import { expect, test } from "vitest";
import { train } from "../../../examples/classifier/dist/index.js";
import { openRuntime } from "../../../examples/command-line/dist/index.js";
import { buildModel } from "../../../examples/mlp/dist/model.js";
import { type MnistData, readMnist } from "../../../examples/mnist/dist/index.js";
import { mainOf, runExample } from "../run-example.js";

/** The first images of each part. */
function firstOf(count: number): MnistData {
  const { train, valid, test } = readMnist({ limit: count });
  const cut = ({ images, labels }: MnistData["train"]) => ({
    images: images.slice(0, count * 784),
    labels: labels.slice(0, count),
    count,
  });
  return { train: cut(train), valid: cut(valid), test: cut(test) };
}

const valuesOf = async (model: Awaited<ReturnType<typeof buildModel>>) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(model.parameters).map(
        async ([name, variable]) =>
          [name, Float64Array.from((await variable.getValueAsync()).flat() as Float32Array)] as const,
      ),
    ),
  );

test("one step is that of plain loops over the formulas", async () => {
  const [count, hidden, rate, l2] = [6, 5, 0.5, 0.01];
  const data = firstOf(count);
  const runtime = createRuntime({ plugins: [cpu] });
  const options = { batchSize: count, learningRate: rate, hidden, l2 };
  const model = await buildModel(runtime, data, options);
  await model.train(0); // from here on no parameter is zero
  const before = await valuesOf(model);
  const cost = await model.train(0);
  const after = await valuesOf(model);
  await runtime.dispose();

  const names = ["hidden.W", "hidden.b", "output.W", "output.b"] as const;
  type Four = readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  const expected = names.map((name) => before[name]) as unknown as Four;
  const [W, b, V, c] = expected;
  const at = (array: ArrayLike<number>, i: number): number => array[i] as number;
  const slopes = [W, b, V, c].map(({ length }) => new Float64Array(length)) as unknown as Four;
  let total = 0;
  for (let n = 0; n < count; n++) {
    const x = data.train.images.subarray(n * 784, (n + 1) * 784);
    const label = at(data.train.labels, n);
    const h = Float64Array.from({ length: hidden }, (_, j) =>
      Math.tanh(x.reduce((sum, pixel, i) => sum + pixel * at(W, i * hidden + j), at(b, j))),
    );
    const scores = Array.from({ length: 10 }, (_, k) =>
      h.reduce((sum, unit, j) => sum + unit * at(V, j * 10 + k), at(c, k)),
    );
    const normaliser = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    total += Math.log(normaliser) - at(scores, label);
    const atScores = scores.map((score, k) => (Math.exp(score) / normaliser - (k === label ? 1 : 0)) / count);
    for (let k = 0; k < 10; k++) slopes[3][k] = at(slopes[3], k) + at(atScores, k);
    for (let j = 0; j < hidden; j++) {
      let atUnit = 0;
      for (let k = 0; k < 10; k++) {
        slopes[2][j * 10 + k] = at(slopes[2], j * 10 + k) + at(h, j) * at(atScores, k);
        atUnit += at(V, j * 10 + k) * at(atScores, k);
      }
      const inside = atUnit * (1 - at(h, j) ** 2);
      slopes[1][j] = at(slopes[1], j) + inside;
      for (let i = 0; i < 784; i++)
        slopes[0][i * hidden + j] = at(slopes[0], i * hidden + j) + inside * at(x, i);
    }
  }
  const squares = [W, V].reduce((sum, weights) => sum + weights.reduce((all, w) => all + w * w, 0), 0);
  expect(cost).toBeCloseTo(total / count + l2 * squares, 4);
  for (const [place, name] of names.entries()) {
    const decay = name.endsWith("W") ? 2 * l2 : 0;
    const values = expected[place] as Float64Array;
    const farthest = values.reduce((most, value, i) => {
      const wanted = value - rate * (at(slopes[place] as Float64Array, i) + decay * value);
      return Math.max(most, Math.abs(wanted - at(after[name] as Float64Array, i)));
    }, 0);
    expect(farthest, name).toBeLessThan(2e-6);
  }
});

const short = async (runtime: Runtime) => {
  const model = await buildModel(runtime, firstOf(600), { batchSize: 20, learningRate: 0.1, hidden: 40 });
  const { history } = await train(model, { epochs: 3 });
  await runtime.dispose();
  return history;
};

test("a short training learns, and sparse images give the same errors", async () => {
  const dense = await short(createRuntime({ plugins: [cpu] }));
  const [first, , last] = dense;
  expect(last?.cost).toBeLessThan((first?.cost as number) * 0.75);
  expect(last?.validationError).toBeLessThan(0.3);
  const variables = [{ name: "images.*", backend: "sparse", kwargs: { format: "csr" } }];
  const compressed = await short(createRuntime({ plugins: [cpu, sparse], variables }));
  for (const [at, { cost, validationError }] of compressed.entries()) {
    expect(cost).toBeCloseTo(dense[at]?.cost as number, 4);
    expect(validationError).toBeCloseTo(dense[at]?.validationError as number, 2);
  }
});

test("its configuration keeps the images sparse and nothing else", async () => {
  const runtime = await openRuntime(mainOf("mlp"), "sparse", () => undefined);
  const model = await buildModel(runtime, firstOf(20), { batchSize: 20, learningRate: 0.1, hidden: 4 });
  expect(`${model.parameters["hidden.W"]?.type}`).toMatch(/Dense/);
  expect(runtime.explain([[1, 0]], { name: "images.train" }).backend).toBe("sparse");
  await runtime.dispose();
});

test("the program trains, reports and draws", () => {
  const args = ["--epochs", "1", "--limit", "200", "--batch-size", "100"];
  const { status, stdout, stderr, files } = runExample("mlp", args);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/best validation score of \d+\.\d+ %/);
  expect(files).toEqual([
    "learning-curve.png",
    "learning-curve.svg",
    "parameters.safetensors",
    "weights.png",
  ]);
});
