import { BitaleTypeError } from "../errors.js";
import { type Dim, type Shape, shapeText } from "./shape.js";

/** The kwargs by which dense backends let static lengths be pinned. */
export interface PinnedShapeKwargs {
  /** Static lengths; null: may change. By default all may, even those that are 1 now. */
  readonly shape?: readonly (number | null)[];
  /** @deprecated use `shape`: true pins a length to 1, false leaves it open */
  readonly broadcastable?: readonly boolean[];
}

/**
 * The static shape of a new dense shared variable.
 * @param actual lengths of its value
 * @throws BitaleTypeError WRONG_RANK where a kwarg has another number of entries
 */
export function pinnedShape(actual: readonly number[], { shape, broadcastable }: PinnedShapeKwargs): Shape {
  const pinned = shape ?? broadcastable?.map((one): Dim => (one ? 1 : null));
  if (pinned === undefined) return actual.map(() => null);
  if (pinned.length === actual.length) return pinned;
  throw new BitaleTypeError("WRONG_RANK", {
    subject: shape === undefined ? "kwarg broadcastable" : "kwarg shape",
    problem: "it does not have the rank of the value",
    expected: `${actual.length} entries, for shape ${shapeText(actual)}`,
    got: `${pinned.length} entries`,
  });
}
