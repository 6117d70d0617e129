// docs/guide.md:193
import { debugPrint, scalar } from "@bitale/core";

const x = scalar("x");
const y = x.mul(x);
console.log(debugPrint(y.add(y.exp()), { types: false }));
