/** Functions of floats in vectors, by the names of the primitives; docs/accuracy.md has their errors. */
import type { ScalarOp } from "@bitale/core";
import type { Code } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import type { FloatType } from "../lanes.js";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { arccos, arcsin } from "./functions/arcsine.js";
import { arctan, arctan2 } from "./functions/arctangent.js";
import { erf } from "./functions/error-function.js";
import { exp, expm1, expOfNegative as expOfNegativeLanes, sigmoid, tanh } from "./functions/exponential.js";
import { FloatMath, throughDoubles } from "./functions/float-math.js";
import { cosh, sinh } from "./functions/hyperbolic.js";
import { log, log1p } from "./functions/logarithm.js";
import { power } from "./functions/power.js";
import { angleLimit, singleSinusoid, singleTangent, sinusoid, tangent } from "./functions/trigonometric.js";
import { scripted } from "./script.js";

type FloatFunction = (e: Emitter, type: FloatType, operands: readonly Four[]) => Code[];

const each =
  (fn: (m: FloatMath, x: Code) => Code): FloatFunction =>
  (e, type, [four]) => {
    const m = new FloatMath(e, type);
    return (four as Four).map((x) => m.let(fn(m, x)));
  };

/** exp of what is never above zero. @param scaled false: times a power of two, always the same */
export function expOfNegative(e: Emitter, type: FloatType, four: Four, scaled: boolean): Four {
  const m = new FloatMath(e, type);
  return four.map((x) => m.let(expOfNegativeLanes(m, x, scaled)));
}

/** A function of angles: in vectors where all lanes are below a limit, else one by one. */
const ofAngle =
  (
    op: ScalarOp,
    single: (e: Emitter, four: Four) => Code[],
    double: (m: FloatMath, x: Code) => Code,
  ): FloatFunction =>
  (e, type, [operand]) => {
    const four = operand as Four;
    const m = new FloatMath(e, type);
    const large = four
      .map((x) => m.v.ge(m.v.abs(x), m.number(angleLimit)))
      .reduce((all, mask) => v128.or(all, mask));
    return e.either(
      i32.eqz(v128.anyTrue(large)),
      () => (m.single ? single(e, four) : four.map((x) => double(m, x))).map((part) => m.let(part)),
      () => scripted(e, op, type, [four]),
    );
  };

const sinusoidal = (op: ScalarOp, quarter: 0 | 1): FloatFunction =>
  ofAngle(
    op,
    (e, [x]) => [
      singleSinusoid(new FloatMath(e, "float32"), new FloatMath(e, "float64"), x as Code, quarter),
    ],
    (m, x) => sinusoid(m, x, quarter),
  );

export const floatFunctions: Readonly<Record<string, FloatFunction>> = {
  exp: each(exp),
  expm1: each(expm1),
  log: each(log),
  log1p: each(log1p),
  sinh: each(sinh),
  cosh: each(cosh),
  tanh: each(tanh),
  sigmoid: each(sigmoid),
  arcsin: each(arcsin),
  arccos: each(arccos),
  arctan: each(arctan),
  arctan2: (e, type, [ys, xs]) => {
    const m = new FloatMath(e, type);
    return (ys as Four).map((y, i) => m.let(arctan2(m, y, xs?.[i] as Code)));
  },
  sin: sinusoidal("sin", 0),
  cos: sinusoidal("cos", 1),
  tan: ofAngle("tan", (e, four) => throughDoubles(e, [four], singleTangent), tangent),
  erf: each(erf),
  pow: (e, type, [x, y]) => power(e, type, x as Four, y as Four),
};
