/** Node's own modules, asked for at run time: bundles for browsers hold no import of them. */

interface NodeProcess {
  readonly platform: string;
  readonly arch: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly env: Record<string, string | undefined>;
  getBuiltinModule?(name: string): unknown;
}

/** Node's `process`; undefined elsewhere. */
export const nodeProcess = (): NodeProcess | undefined => {
  const { process } = globalThis as { readonly process?: NodeProcess };
  return process?.versions?.node === undefined ? undefined : process;
};

/** A module of Node itself, by its name without the prefix; undefined where there is none. */
export const nodeBuiltin = <M>(name: string): M | undefined =>
  nodeProcess()?.getBuiltinModule?.(name) as M | undefined;
