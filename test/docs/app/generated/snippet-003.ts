// docs/guide.md:55
import { compile, lscalar, shared } from "@bitale/core";

const state = shared(0n, { name: "state" });
const step = lscalar("step");
const accumulate = compile([step], state, { updates: [[state, state.add(step)]] });

console.log(accumulate(1).item(), accumulate(10).item()); // 0 1: outputs are computed from the old values
console.log(state.getValue().item()); // 11
state.setValue(-1); // every function sees it at its next call
console.log(accumulate(3).item()); // -1
