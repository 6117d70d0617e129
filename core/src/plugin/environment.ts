/** What surrounds a runtime: where its plugins and its configuration come from. */
import { type Config, type ConfigLayer, type ResolvedConfig, resolveConfig } from "./config.js";
import type { Plugin } from "./contract.js";

/** A plugin with the place that it was found at. */
export interface FoundPlugin {
  readonly plugin: Plugin;
  readonly origin: string;
}

/** Something that went wrong with a plugin, and did not stop the others. */
export interface PluginFailure {
  /** Id of the plugin, or name of its package where the id is not known yet. */
  readonly plugin: string;
  readonly stage: "manifest" | "load" | "start" | "init";
  readonly origin: string;
  readonly error: Error;
}

/** What a runtime is made of. */
export interface EnvironmentOptions extends Config {
  readonly plugins?: readonly Plugin[] | undefined;
  readonly root?: string | undefined;
  readonly configFile?: string | false | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface Environment {
  readonly name: "node" | "browser";
  prepare(options: EnvironmentOptions): {
    readonly config: ResolvedConfig;
    readonly plugins: readonly FoundPlugin[];
    readonly failures: readonly PluginFailure[];
  };
}

/** The layer of what the caller of `createRuntime` said. */
export function argumentLayer(options: EnvironmentOptions): ConfigLayer {
  const { plugins, root, configFile, env, ...rest } = options as EnvironmentOptions & Record<string, unknown>;
  const { container, warn, ...values } = rest;
  return { origin: "createRuntime()", values };
}

/** Plugins that were handed over. */
export const givenPlugins = (plugins: readonly Plugin[] | undefined): FoundPlugin[] =>
  (plugins ?? []).map((plugin) => ({ plugin, origin: "createRuntime({ plugins })" }));

/** A browser, or any place without a disk: plugins and configuration are handed over. */
export const browserEnvironment: Environment = {
  name: "browser",
  prepare: (options) => ({
    config: resolveConfig([argumentLayer(options)]),
    plugins: givenPlugins(options.plugins),
    failures: [],
  }),
};
