/** Small plugins that keep the contract, in the ways in which backends differ; the wrong ones are made from them. */
import {
  type AliasFlags,
  type Backend,
  BitaleTypeError,
  compileWithKernels,
  type DType,
  definePlugin,
  type Executable,
  emptyNDArray,
  type KernelTable,
  type KwargSchemas,
  kwarg,
  NDArray,
  type Plugin,
  RefusalError,
  type Region,
  SharedVariable,
  type Supports,
  TensorType,
  tryNDArray,
} from "@bitale/core";

export type Construct = Backend["construct"];
export type TypeClass = new (dtype: DType, shape: readonly (number | null)[]) => TensorType<unknown>;

/** Changes of the right plugin. */
export interface Changes {
  readonly type?: TypeClass;
  readonly construct?: (right: Construct) => Construct;
  readonly aliases?: Partial<AliasFlags>;
  readonly supports?: Partial<Supports>;
  readonly kwargs?: KwargSchemas;
  readonly compileRegion?: ((region: Region) => Executable) | null;
  /** What is stored for what it takes. */
  readonly takes?: readonly DType[];
  readonly pinned?: boolean;
}

const stored: readonly DType[] = ["float32", "float64", "int32", "bool"];

const construct =
  (Class: TypeClass, takes: readonly DType[], pinned: boolean): Construct =>
  (value, { name, strict, allowDowncast, borrow }) => {
    const found = tryNDArray(value);
    if (found === undefined) throw new RefusalError("not dense");
    const { dtype, shape } = found.array;
    if (!takes.includes(dtype)) throw new RefusalError(`no storage for ${dtype}`);
    const type = new Class(dtype, pinned ? shape : shape.map(() => null));
    const options = { allowDowncast, borrow: borrow === true };
    return new SharedVariable(name, type, found.array, strict, options) as SharedVariable;
  };

/** The one kernel of these plugins: elements of equal shapes, or of shapes that broadcast. */
export const kernels: KernelTable<NDArray> = {
  add: ({ inputs, dtype, shape }) => {
    const result = emptyNDArray(shape, dtype);
    const [a, b] = inputs.map((input) => broadcast(input, shape)) as [NDArray, NDArray];
    for (let i = 0; i < result.data.length; i++) {
      result.data[i] = (Number(a.flat()[i]) + Number(b.flat()[i])) as never;
    }
    return result;
  },
};

function broadcast(array: NDArray, shape: readonly number[]): NDArray {
  const skip = shape.length - array.shape.length;
  const strides = shape.map((length, axis) =>
    axis < skip || (array.shape[axis - skip] === 1 && length !== 1)
      ? 0
      : (array.strides[axis - skip] as number),
  );
  return new NDArray({ data: array.data, offset: array.offset, shape, strides, dtype: array.dtype }).copy();
}

/** Keeps NDArrays as they are, and adds. */
export function pluginOf(changes: Changes = {}): Plugin {
  const { type = TensorType, takes = stored, pinned = false } = changes;
  const right = construct(type, takes, pinned);
  const compileRegion =
    changes.compileRegion === undefined
      ? (region: Region) => compileWithKernels(region, kernels)
      : changes.compileRegion;
  return definePlugin({
    id: "sample",
    apiVersion: 1,
    priority: 0,
    kwargs: changes.kwargs ?? { borrow: kwarg.boolean() },
    supports: {
      dtypes: stored,
      syncRead: true,
      ops: { add: ["float32", "int32"] },
      aliases: {
        getBorrowAliases: true,
        constructBorrowAliases: true,
        setBorrowAliases: true,
        setInPlace: false,
        setCastInPlace: false,
        constructsFromNDArray: true,
        ...changes.aliases,
      },
      ...changes.supports,
    },
    use: {
      useFactory: () => ({
        construct: changes.construct?.(right) ?? right,
        ...(compileRegion === null ? {} : { compileRegion }),
      }),
    },
  });
}

/** Writes into the array that is there. */
export class InPlaceType extends TensorType {
  override assign(internal: NDArray, host: NDArray): boolean {
    if (internal.shape.join() !== host.shape.join()) return false;
    internal.flat().set(host.copy().data as never);
    return true;
  }
}
export const inPlacePlugin = (): Plugin =>
  pluginOf({ type: InPlaceType, aliases: { setInPlace: true, setCastInPlace: true } });

/** A value that is not the host's. */
export class Box {
  readonly content: NDArray;
  constructor(content: NDArray) {
    this.content = content;
  }
}

/** Values in boxes that can only be read later. */
export class BoxType extends TensorType<Box> {
  override readonly backend = "sample";
  override readonly residence = "sample";
  override readonly syncRead: boolean = false;
  override isInternal(value: unknown): value is Box {
    return value instanceof Box;
  }
  override filterInternal(value: Box): Box {
    this.checkInternal(value.content, this.toString());
    return value;
  }
  override fromHost(host: NDArray): Box {
    return new Box(host.copy());
  }
  override toHost(): NDArray {
    throw new BitaleTypeError("NEEDS_ASYNC", { subject: "box", problem: "only later" });
  }
  override async toHostAsync(box: Box): Promise<NDArray> {
    return box.content.copy();
  }
  override copyInternal(box: Box): Box {
    return new Box(box.content.copy());
  }
  override shapeOf(box: Box): readonly number[] {
    return box.content.shape;
  }
}
/** No promise about memory beyond what all keep. */
export const noAliases: Partial<AliasFlags> = {
  getBorrowAliases: false,
  constructBorrowAliases: false,
  setBorrowAliases: false,
};
export const boxChanges = {
  type: BoxType,
  aliases: noAliases,
  supports: { syncRead: false },
  compileRegion: null,
} satisfies Changes;
export const boxPlugin = (changes: Changes = {}): Plugin =>
  pluginOf({ ...boxChanges, ...changes, supports: { syncRead: false, ops: undefined, ...changes.supports } });

/** Holds int64 in 32 bits. */
class NarrowType extends TensorType {
  override filter(...args: Parameters<TensorType["filter"]>): NDArray {
    const array = super.filter(...args);
    const fits = (value: number | bigint) => value === BigInt.asIntN(32, BigInt(value));
    if (this.dtype !== "int64" || array.copy().data.every(fits as never)) return array;
    throw new BitaleTypeError("BAD_VALUE", { subject: "narrow", problem: "32 bits only" });
  }
}
export const narrowPlugin = (changes: Changes = {}): Plugin =>
  pluginOf({
    type: NarrowType,
    takes: ["float32", "int64"],
    ...changes,
    supports: { dtypes: ["float32", "int64"], int64: "int32-range", ops: undefined },
  });
