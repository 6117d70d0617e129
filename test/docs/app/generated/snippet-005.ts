// docs/guide.md:82
import { compile, lscalar, shared, vector } from "@bitale/core";

const data = shared(Float32Array.from({ length: 12 }, (_, i) => i));
const x = vector("x");
const i = lscalar("i");
const batchSum = compile([i], x.sum(), { givens: [[x, data.narrow(0, i.mul(4), 4)]] });
console.log(batchSum(0).item(), batchSum(2).item()); // 6 38

const calls = shared(0n);
calls.defaultUpdate = calls.add(1n);
const next = compile([], calls);
next();
console.log(next().item(), calls.getValue().item()); // 1 2
