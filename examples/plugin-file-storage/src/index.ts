export { FileTensor } from "./file-tensor.js";
export { FileTensorType } from "./file-tensor-type.js";
export { type FileStorageOptions, plugin } from "./plugin.js";
