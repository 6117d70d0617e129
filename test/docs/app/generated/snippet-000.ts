// README.md:22
import {
  compile,
  dot,
  grad,
  ivector,
  log,
  matrix,
  mean,
  neg,
  pick,
  shared,
  softmax,
  zeros,
} from "@bitale/core";

const W = shared(zeros([4, 3]), { name: "W" }); // which plugin keeps it: the configuration decides
const b = shared(zeros([3]), { name: "b" });
const [x, y] = [matrix("x"), ivector("y")];

const probabilities = softmax(dot(x, W).add(b));
const cost = neg(mean(pick(log(probabilities), y))); // negative log likelihood
const [gW, gb] = grad(cost, [W, b]);

const train = compile([x, y], cost, {
  updates: [
    [W, W.sub(gW.mul(0.5))], // all new values are computed from the old ones,
    [b, b.sub(gb.mul(0.5))], // and stored together when the call has succeeded
  ],
});
const predict = compile([x], probabilities.argmax({ axis: 1 }));

for (let i = 0; i < 20; i++)
  train(
    [
      [5, 3, 1, 0],
      [6, 3, 4, 1],
      [6, 3, 6, 2],
    ],
    new Int32Array([0, 1, 2]),
  );
console.log(predict([[5, 3, 1, 0]]).toArray()); // [ 0n ]: every function sees the new W
console.log(W.getValue().shape); // a copy; { borrow: true } may alias, { returnInternalType: true } is the plugin's own
