export { Arena, type ArenaStatistics } from "./arena/arena.js";
export { type CrossThreadHandle, crossThreadContainer, crossThreadHandle } from "./cross-thread/handle.js";
export { CrossThreadType } from "./cross-thread/type.js";
export type { CpuOptions } from "./options.js";
export { plugin } from "./plugin.js";
export type { DenseKwargs } from "./shared.js";
export { ArenaMemory, type DenseTensor } from "./storage.js";
export { DenseTensorType } from "./type.js";
