// docs/guide.md:11
import { NDArray, shared } from "@bitale/core";

const count = shared(0n, { name: "count" }); // a bigint is int64, a number is floatX (float32 by default)
const table = shared([
  [1, 2],
  [3, 4],
]); // nested arrays are floatX
const pixels = shared({ data: new Uint8Array(784), shape: [28, 28] }); // typed arrays keep their dtype

console.log(count.type.toString()); // DenseTensorType(int64, [])
console.log(table.getValue().toArray()); // [[1, 2], [3, 4]]
console.log(pixels.getValue() instanceof NDArray); // true
