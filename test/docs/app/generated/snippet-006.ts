// docs/guide.md:106
import { compile, grad, matrix, shared } from "@bitale/core";

const W = shared(
  [
    [1, 2],
    [3, 4],
  ],
  { name: "W" },
);
const x = matrix("x");
const cost = x.dot(W).tanh().sqr().sum();
const slope = compile([x], grad(cost, W));
console.log(slope([[0.1, -0.2]]).shape); // [2, 2]
