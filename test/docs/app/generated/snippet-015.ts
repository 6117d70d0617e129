// core/src/gradient/grad.ts:39
import { compile, grad, scalar } from "@bitale/core";

const x = scalar("x");
const slope = compile([x], grad(x.mul(x), x));
slope(3).item(); // 6
