import { BitaleTypeError } from "../errors.js";
import { API_VERSION, type KwargSchemas, type Plugin } from "./contract.js";

/** What a plugin author writes: a Plugin whose `apiVersion` may be left to core's own. */
export type PluginDefinition<K extends KwargSchemas = KwargSchemas> = Omit<
  Plugin,
  "kwargs" | "apiVersion"
> & {
  readonly kwargs: K;
  readonly apiVersion: typeof API_VERSION;
};

const idPattern = /^[a-z0-9@][a-z0-9@/._-]*$/;
/** Names that every `shared()` call has: no plugin may take them for a kwarg. */
const reservedKwargs = ["name", "strict", "allowDowncast", "backend", "requested"];

/**
 * Checks a plugin's description and freezes it. Runs no code of the plugin.
 * @throws BitaleTypeError BAD_PLUGIN
 *
 * @example
 * ```ts no-run
 * export const plugin = definePlugin({
 *   id: "my-store", apiVersion: 1, priority: 10, kwargs: {}, supports, use: { useFactory: createMyStore },
 * });
 * ```
 */
export function definePlugin<const K extends KwargSchemas>(
  definition: PluginDefinition<K>,
): Plugin & { readonly kwargs: K } {
  checkPlugin(definition);
  return Object.freeze({ ...definition });
}

/** @throws BitaleTypeError BAD_PLUGIN for anything that is no plugin of this contract version */
export function checkPlugin(value: unknown, origin = "definePlugin()"): asserts value is Plugin {
  const fail = (problem: string, expected?: string): never => {
    throw new BitaleTypeError("BAD_PLUGIN", { subject: origin, problem, expected });
  };
  if (typeof value !== "object" || value === null) fail("not a plugin", "the result of definePlugin()");
  const plugin = value as Partial<Plugin>;
  if (typeof plugin.id !== "string" || !idPattern.test(plugin.id)) {
    fail(`${String(plugin.id)} is not a usable id`, "lower-case letters, digits, . _ - / @");
  }
  if (plugin.apiVersion !== API_VERSION) {
    fail(
      `${plugin.id} is written for contract version ${String(plugin.apiVersion)}`,
      `apiVersion ${API_VERSION}`,
    );
  }
  if (typeof plugin.priority !== "number" || Number.isNaN(plugin.priority))
    fail(`${plugin.id}: priority is no number`);
  if (typeof plugin.kwargs !== "object" || plugin.kwargs === null)
    fail(`${plugin.id}: kwargs is no record of schemas`);
  for (const [name, schema] of Object.entries(plugin.kwargs as KwargSchemas)) {
    if (reservedKwargs.includes(name)) fail(`${plugin.id}: the kwarg ${name} belongs to shared() itself`);
    if (typeof schema?.["~standard"]?.validate !== "function")
      fail(`${plugin.id}: kwarg ${name} has no Standard Schema`);
  }
  if (typeof plugin.supports !== "object" || !Array.isArray(plugin.supports?.dtypes)) {
    fail(`${plugin.id}: supports does not list dtypes`);
  }
  const use = plugin.use as { useClass?: unknown; useFactory?: unknown } | undefined;
  if (typeof use?.useClass !== "function" && typeof use?.useFactory !== "function") {
    fail(`${plugin.id}: use has neither useClass nor useFactory`);
  }
}
