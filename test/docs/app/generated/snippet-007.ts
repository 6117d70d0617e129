// docs/guide.md:122
import { ivector, vector } from "@bitale/core";

console.log(vector().mul(0.13).type.dtype); // float32
console.log(ivector().add(1).type.dtype); // int32
console.log(ivector().mul(0.5).type.dtype); // float32: floatX
console.log(ivector().sum().type.dtype); // int64
