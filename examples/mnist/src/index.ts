export { decodeIdx, type IdxBytes } from "./idx.js";
export { type Minibatches, shareMinibatches } from "./minibatches.js";
export {
  imageSide,
  type LabelledImages,
  type MnistData,
  type MnistOptions,
  type MnistPart,
  pixels,
  readMnist,
  trainCount,
  validCount,
} from "./read-mnist.js";
