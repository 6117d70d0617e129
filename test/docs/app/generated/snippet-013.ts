// core/src/compile/interface.ts:31
import { compile, In, scalar } from "@bitale/core";

const [x, total] = [scalar("x"), scalar("total")];
const f = compile([x, new In(total, { value: 0, update: total.add(x) })], total);
f(2);
f(3).item(); // 2
f.value("total"); // 5, as an NDArray
