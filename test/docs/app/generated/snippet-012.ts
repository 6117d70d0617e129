// docs/plugins.md:19
import {
  createRuntime,
  definePlugin,
  emptyNDArray,
  type NDArray,
  RefusalError,
  SharedVariable,
  TensorType,
  tryNDArray,
} from "@bitale/core";

/** The internal value: whatever you like. */
class Parcel {
  constructor(readonly content: NDArray) {}
}

class ParcelType extends TensorType<Parcel> {
  override readonly backend = "parcels";
  override readonly residence = "parcels"; // values do not lie on the host: core moves them
  override isInternal(value: unknown): value is Parcel {
    return value instanceof Parcel;
  }
  override fromHost(host: NDArray) {
    return new Parcel(host.copy());
  }
  override toHost(parcel: Parcel) {
    return parcel.content.copy();
  }
  override copyInternal(parcel: Parcel) {
    return new Parcel(parcel.content.copy());
  }
  override shapeOf(parcel: Parcel) {
    return parcel.content.shape;
  }
}

export const plugin = definePlugin({
  id: "parcels",
  apiVersion: 1,
  priority: 10,
  kwargs: {},
  supports: {
    dtypes: ["float32", "float64"],
    syncRead: true,
    aliases: {
      getBorrowAliases: false,
      constructBorrowAliases: false,
      setBorrowAliases: false,
      setInPlace: false,
      setCastInPlace: false,
      constructsFromNDArray: true,
    },
  },
  use: {
    useFactory: () => ({
      construct(value, { name, strict, allowDowncast }) {
        const found = tryNDArray(value, name);
        if (found === undefined) throw new RefusalError("not a dense value");
        const { dtype, shape } = found.array;
        if (dtype !== "float32" && dtype !== "float64") throw new RefusalError(`no parcels of ${dtype}`);
        const type = new ParcelType(
          dtype,
          shape.map(() => null),
        );
        return new SharedVariable(name, type, value, strict, { allowDowncast });
      },
    }),
  },
});

const runtime = createRuntime({ plugins: [plugin] });
const s = runtime.shared(emptyNDArray([2], "float32"), { name: "s" });
const f = runtime.compile([], s, { updates: [[s, s.add(1)]] });
f();
console.log((s.getValue({ borrow: true, returnInternalType: true }) as Parcel).content.toArray()); // [1, 1]
