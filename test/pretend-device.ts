/** A device that is none: dense values "somewhere else", so that transfers can be seen without a GPU. */
import {
  compileWithKernels,
  definePlugin,
  dtypes,
  type LoweredName,
  type Plugin,
  SharedVariable,
  TensorType,
  toNDArray,
} from "@bitale/core";

class PretendType extends TensorType {
  override readonly backend = "pretend";
  override readonly residence = "pretend";
  override plain() {
    return new TensorType(this.dtype, this.shape);
  }
}

/** Keeps every dense value that it is asked to, and computes some ops, as the reference kernels do, in float32. */
export function pretendDevice(ops: readonly LoweredName[]): Plugin {
  return definePlugin({
    id: "pretend",
    apiVersion: 1,
    priority: 500,
    kwargs: {},
    supports: {
      dtypes,
      syncRead: true,
      ops: Object.fromEntries(ops.map((name) => [name, ["float32"]])),
      aliases: {
        getBorrowAliases: true,
        constructBorrowAliases: true,
        setBorrowAliases: true,
        setInPlace: false,
        setCastInPlace: false,
        constructsFromNDArray: true,
      },
    },
    use: {
      useFactory: () => ({
        construct: (value, { name }) => {
          const { dtype, shape } = toNDArray(value);
          const type = new PretendType(
            dtype,
            shape.map(() => null),
          );
          return new SharedVariable(name, type, value, false);
        },
        typeFor: (plain) => new PretendType(plain.dtype, plain.shape),
        compileRegion: (region) => compileWithKernels(region, {}),
      }),
    },
  });
}
