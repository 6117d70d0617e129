// The pictures of the docs, in docs/pictures. `npm run docs:pictures` builds, and writes them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRuntime, grad, vector } from "../../core/dist/index.js";
import { graphSvg } from "../../graph-picture/dist/index.js";
import { plugin as tensorCpu } from "../../plugins/tensor-cpu/dist/plugin.js";

const folder = join(import.meta.dirname, "../../docs/pictures");
const runtime = createRuntime({ plugins: [tensorCpu] });

const w = runtime.shared([1, 2], { name: "w" });
const x = vector("x");
const cost = x.mul(w).tanh().sum();
const train = runtime.compile([x], cost, { name: "train", updates: [[w, w.sub(grad(cost, w))]] });

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "train.svg"), graphSvg(train));
console.log("docs/pictures: written");
