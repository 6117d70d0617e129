/** Symbolic inputs. */
import { Variable } from "../graph/nodes.js";
import type { DType } from "./dtype.js";
import { floatX } from "./float-x.js";
import type { TensorVariable } from "./ops/operands.js";
import type { Shape } from "./shape.js";
import { TensorType } from "./tensor-type.js";

/** An input of any dtype and static shape (null: a length that is not fixed). */
export function tensor(
  name: string | undefined,
  options: { readonly dtype?: DType; readonly shape: Shape },
): TensorVariable {
  return new Variable(new TensorType(options.dtype ?? floatX(), options.shape), name);
}

/** A fresh input of the same Type as another variable (of its plain Type, for a shared one). */
export function like<V extends Variable>(variable: V, name?: string): Variable<V["type"]> {
  return new Variable(variable.type.plain() as V["type"], name);
}

const symbol =
  (shape: Shape, fixed?: DType) =>
  (name?: string, dtype?: DType): TensorVariable =>
    tensor(name, { shape, dtype: fixed ?? dtype ?? floatX() });

/** 0-d input, `floatX` by default. */
export const scalar = symbol([]);
/** 1-d input, `floatX` by default. */
export const vector = symbol([null]);
/** 2-d input, `floatX` by default. */
export const matrix = symbol([null, null]);
/** 2-d input with one row. */
export const row = symbol([1, null]);
/** 2-d input with one column. */
export const column = symbol([null, 1]);
export const tensor3 = symbol([null, null, null]);
export const tensor4 = symbol([null, null, null, null]);
/** 0-d int32 input. */
export const iscalar = symbol([], "int32");
/** 1-d int32 input. */
export const ivector = symbol([null], "int32");
/** 2-d int32 input. */
export const imatrix = symbol([null, null], "int32");
/** 0-d int64 input. */
export const lscalar = symbol([], "int64");
/** 1-d int64 input. */
export const lvector = symbol([null], "int64");
/** 2-d int64 input. */
export const lmatrix = symbol([null, null], "int64");
