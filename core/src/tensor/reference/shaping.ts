import { NDArray } from "../ndarray.js";
import { elementsOf, fillNDArray, writeElements } from "./elements.js";
import type { ReferenceKernels } from "./kernel.js";
import { scalarFunction } from "./scalar-functions.js";
import { broadcastWindow, sliceWindow } from "./windows.js";

type ShapingName = "reshape" | "broadcastTo" | "transpose" | "slice" | "updateSlice" | "concatenate" | "iota";

/** Kernels of the primitives that move elements by rules of shape alone. */
export const shapingKernels: ReferenceKernels<ShapingName> = {
  reshape: ({ inputs, shape, dtype }) =>
    new NDArray({ data: inputs[0]!.copy().data, shape: [...shape], dtype }),
  broadcastTo: ({ inputs, shape }) => broadcastWindow(inputs[0]!, shape).copy(),
  transpose: ({ params, inputs }) => inputs[0]!.transpose(params.permutation).copy(),
  slice: ({ params, inputs, shape, scalars }) =>
    sliceWindow(inputs[0]!, shape, { ...params, scalars }).copy(),
  updateSlice: ({ params, inputs, dtype, scalars }) => {
    const [base, value] = inputs as [NDArray, NDArray];
    const result = base.copy();
    const window = sliceWindow(result, value.shape, { ...params, scalars });
    let elements = elementsOf(value);
    if (params.mode === "add") {
      const add = scalarFunction("add", dtype);
      const before = elementsOf(window);
      elements = elements.map((element, i) => add(before[i]!, element));
    }
    writeElements(window, elements);
    return result;
  },
  concatenate: ({ params: { axis }, inputs, dtype, shape }) => {
    const result = fillNDArray(shape, dtype, () => 0);
    const steps = shape.map(() => 1);
    let start = 0;
    for (const input of inputs) {
      const starts = shape.map((_, i) => (i === axis ? start : 0));
      writeElements(sliceWindow(result, input.shape, { starts, steps, scalars: [] }), elementsOf(input));
      start += input.shape[axis]!;
    }
    return result;
  },
  iota: ({ dtype, shape }) => fillNDArray(shape, dtype, (i) => i),
};
