// core/src/graph/print.ts:15
import { debugPrint, scalar } from "@bitale/core";

const x = scalar("x");
debugPrint(x.mul(x).add(1));
