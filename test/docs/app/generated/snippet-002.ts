// docs/guide.md:35
import { shared } from "@bitale/core";

const w = shared(new Float32Array([1, 2, 3]));
const copy = w.getValue();
const storage = w.getValue({ borrow: true });
storage.data[0] = 9;
console.log(copy.toArray(), w.getValue().toArray()); // [1, 2, 3] [9, 2, 3]

w.setValue([5, 6]); // another length is fine
console.log(storage.toArray(), w.getValue().toArray()); // [9, 2, 3] [5, 6]: a borrowed view never changes by itself
