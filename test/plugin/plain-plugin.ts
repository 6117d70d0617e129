/** Small plugins for tests of the registry: each takes one kind of value and keeps it as core's own Type does. */
import {
  type Backend,
  type ConstructorOptions,
  definePlugin,
  type KwargSchemas,
  type Plugin,
  RefusalError,
  SharedVariable,
  TensorType,
  tryNDArray,
} from "@bitale/core";

const aliases = {
  getBorrowAliases: true,
  constructBorrowAliases: true,
  setBorrowAliases: true,
  setInPlace: false,
  setCastInPlace: false,
  constructsFromNDArray: true,
} as const;

/** Takes every dense value. */
export function takeDense(value: unknown, options: ConstructorOptions): SharedVariable {
  const found = tryNDArray(value);
  if (found === undefined) throw new RefusalError("not a dense value");
  const type = new TensorType(
    found.array.dtype,
    found.array.shape.map(() => null),
  );
  return new SharedVariable(options.name, type, value, options.strict, {
    allowDowncast: options.allowDowncast,
  });
}

export interface PlainOptions {
  readonly priority?: number;
  readonly kwargs?: KwargSchemas;
  readonly construct?: Backend["construct"];
  /** Called when the backend is made. */
  readonly start?: () => Partial<Backend> | undefined;
}

export function plainPlugin(id: string, options: PlainOptions = {}): Plugin {
  return definePlugin({
    id,
    apiVersion: 1,
    priority: options.priority ?? 0,
    kwargs: options.kwargs ?? {},
    supports: { dtypes: ["float32"], syncRead: true, aliases },
    use: { useFactory: () => ({ construct: options.construct ?? takeDense, ...options.start?.() }) },
  });
}
