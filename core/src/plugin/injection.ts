/** The injector: decorators for plugins that are classes, and the making of one backend. */
import "reflect-metadata/lite";
import { type DependencyContainer, inject, injectable, container as rootContainer } from "tsyringe";
import { BitaleTypeError } from "../errors.js";
import {
  type Backend,
  FLOAT_X,
  HOST_MEMORY,
  PLUGIN_OPTIONS,
  type Plugin,
  type PluginServices,
} from "./contract.js";

export { type DependencyContainer, inject, injectable };

/** A container for one runtime: under the app's own, or a fresh one. Nothing of ours is registered globally. */
export const runtimeContainer = (parent: DependencyContainer | undefined): DependencyContainer =>
  (parent ?? rootContainer).createChildContainer();

/**
 * Makes a plugin's backend in a container of its own.
 * @throws BitaleTypeError BAD_PLUGIN for a class with a parameter that lacks `@inject`, and what its code throws
 */
export function makeBackend(plugin: Plugin, services: PluginServices, runtime: DependencyContainer): Backend {
  const own = runtime.createChildContainer();
  own.register(PLUGIN_OPTIONS, { useValue: services.options });
  own.register(HOST_MEMORY, { useValue: services.hostMemory });
  own.register(FLOAT_X, { useValue: services.floatX });
  const { use } = plugin;
  const backend: unknown =
    "useFactory" in use ? use.useFactory(services, own) : own.resolve(checkedClass(plugin.id, use.useClass));
  if (
    typeof backend !== "object" ||
    backend === null ||
    typeof (backend as Backend).construct !== "function"
  ) {
    throw new BitaleTypeError("BAD_PLUGIN", { subject: plugin.id, problem: "its backend has no construct" });
  }
  return backend as Backend;
}

/** What `@inject` leaves behind; without it tsyringe would hand over undefined in silence. */
interface Metadata {
  getOwnMetadata(key: string, target: object): unknown;
}

function checkedClass(id: string, useClass: new (...services: never[]) => Backend): new () => Backend {
  const metadata = Reflect as unknown as Metadata;
  const tokens = metadata.getOwnMetadata("injectionTokens", useClass) as Record<string, unknown> | undefined;
  const inherited = useClass.length === 0 && Object.getPrototypeOf(useClass).length > 0;
  const missing = Array.from({ length: useClass.length }, (_, i) => i).filter(
    (i) => tokens?.[i] === undefined,
  );
  if (missing.length > 0 || inherited) {
    throw new BitaleTypeError("BAD_PLUGIN", {
      subject: `${id} (${useClass.name})`,
      problem: inherited
        ? "it inherits a constructor with parameters"
        : `constructor parameter ${missing.join(", ")} has no @inject`,
      cure: "write @inject(TOKEN) before every parameter (in a subclass too), or use a factory",
    });
  }
  return useClass as unknown as new () => Backend;
}
