// docs/guide.md:139
import { compile, shared } from "@bitale/core";

const counter = shared(0, { name: "counter" });
const increment = compile([], counter, { updates: [[counter, counter.add(1)]] });
const seen = await Promise.all([increment.async(), increment.async(), increment.async()]);
console.log(
  seen.map((value) => value.item()),
  (await counter.getValueAsync()).item(),
); // [0, 1, 2] 3
