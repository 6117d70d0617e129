/** Binds the default runtime to Node: plugins and configuration are found on disk. */
import { useEnvironment } from "./default-runtime.js";
import { nodeEnvironment } from "./plugin/node-environment.js";

useEnvironment(nodeEnvironment);
