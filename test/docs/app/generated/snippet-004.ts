// docs/guide.md:70
import { compile, scalar } from "@bitale/core";

const x = scalar("x");
const both = compile([x], { square: x.mul(x), half: x.div(2) });
const { square, half } = both(3);
console.log(square.item(), half.item()); // 9 1.5
