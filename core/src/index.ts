/** The public names of core, in Node. */
import "./node.js";

export * from "./index.browser.js";
export { readState, writeState } from "./state-files.js";
