// plugins/sparse/src/formats/matrix.ts:135
import { CsrMatrix } from "@bitale/sparse";

const a = new CsrMatrix({
  data: new Float32Array([2, 1, 3]),
  indices: new Int32Array([1, 0, 2]),
  indptr: new Int32Array([0, 1, 3]),
  shape: [2, 3],
});
a.toArray(); // [[0, 2, 0], [1, 0, 3]]
