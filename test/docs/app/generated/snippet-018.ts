// core/src/tensor/ndarray.ts:27
import { NDArray } from "@bitale/core";

const a = new NDArray({ data: new Float32Array([1, 2, 3, 4]), shape: [2, 2], dtype: "float32" });
a.toArray(); // [[1, 2], [3, 4]]
