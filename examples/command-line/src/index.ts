export { type About, exampleCommand, readCount, readRate, readShare } from "./command.js";
export { openRuntime } from "./open-runtime.js";
export { type Figures, type Progress, startProgress } from "./progress.js";
export { prepareFolder, writeResults } from "./results-folder.js";
export { type CommonOptions, fromCaller, type Run, runProgram, say } from "./run-program.js";
export { table } from "./table.js";
export { writeFileAtomically } from "./write-file.js";
