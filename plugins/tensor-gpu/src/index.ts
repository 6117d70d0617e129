export type { GpuOptions } from "./adapter.js";
export { plugin } from "./plugin.js";
export type { GpuKwargs } from "./shared.js";
export { GpuTensor } from "./storage.js";
export { GpuTensorType } from "./type.js";
