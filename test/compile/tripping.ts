/** An op of a user that fails at a chosen call: a failure at any place of a function, on every backend. */
import { definePlugin, dtypes, Op, RefusalError, type Type, type Variable } from "@bitale/core";

/** How often the ops of a program have run, and how many more times they do before one throws. */
export interface Trip {
  ran: number;
  left: number;
}

export const newTrip = (): Trip => ({ ran: 0, left: Number.POSITIVE_INFINITY });

/** A copy of its operand; throws "tripped" when its turn has come. */
class Tripping extends Op {
  override readonly name = "tripping";
  override readonly backend = "tripping";
  readonly #trip: Trip;
  readonly #place: number;
  static places = 0;
  constructor(trip: Trip) {
    super();
    this.#trip = trip;
    this.#place = Tripping.places++;
  }
  override infer(inputs: readonly Variable[]): readonly Type[] {
    return [(inputs[0] as Variable).type.plain()];
  }
  override key(): string {
    return `tripping ${this.#place}`;
  }
  override outputShapes(shapes: readonly (readonly number[])[]) {
    return [shapes[0] as readonly number[]];
  }
  override perform([value]: readonly unknown[]): readonly unknown[] {
    this.#trip.ran++;
    if (--this.#trip.left < 0) throw new Error("tripped");
    return [(value as { copy(): unknown }).copy()];
  }
}

/** The expression, computed by way of the host, where it may fail. */
export const trip = <V extends Variable>(x: V, by: Trip): V => new Tripping(by).apply([x]).output as V;

/** Whoever runs the op: it keeps nothing. */
export const tripper = definePlugin({
  id: "tripping",
  apiVersion: 1,
  priority: -1,
  kwargs: {},
  supports: {
    dtypes,
    syncRead: true,
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
      construct: () => {
        throw new RefusalError("it keeps nothing");
      },
    }),
  },
});
