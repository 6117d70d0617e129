/** Node: plugins are found among the app's dependencies, configuration in its files and the environment. */

import { environmentLayer, resolveConfig } from "./config.js";
import { fileLayer, packageLayer } from "./config-files.js";
import { discover, findAppRoot } from "./discovery.js";
import { argumentLayer, type Environment, givenPlugins } from "./environment.js";

export const nodeEnvironment: Environment = {
  name: "node",
  prepare: (options) => {
    const root = options.root ?? findAppRoot(process.cwd());
    const explicit = options.plugins !== undefined;
    const onDisk =
      root === undefined || (explicit && options.configFile === undefined) ? [] : [packageLayer(root)];
    const file =
      root === undefined || (explicit && options.configFile === undefined)
        ? undefined
        : fileLayer(root, options.configFile);
    const config = resolveConfig([
      ...onDisk,
      ...(file === undefined ? [] : [file]),
      environmentLayer(options.env ?? process.env),
      argumentLayer(options),
    ]);
    const found =
      explicit || root === undefined || !config.values.autoload
        ? { plugins: [], failures: [] }
        : discover(root);
    return {
      config,
      plugins: [...givenPlugins(options.plugins), ...found.plugins],
      failures: found.failures,
    };
  },
};
