export { Arena, type ArenaStatistics } from "./arena/arena.js";
export type { CpuOptions } from "./options.js";
export { plugin } from "./plugin.js";
export type { DenseKwargs } from "./shared.js";
export { ArenaMemory, type DenseTensor } from "./storage.js";
export { DenseTensorType } from "./type.js";
