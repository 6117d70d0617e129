/** Functions of floats in vectors, by the names of the primitives; docs/accuracy.md has their errors. */
import type { DType, ScalarOp } from "@bitale/core";
import type { Code } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import type { FloatType } from "../lanes.js";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { singleErf } from "./functions/error-function.js";
import { exp, expm1, expOfNegative as expOfNegativeLanes, sigmoid, tanh } from "./functions/exponential.js";
import { FloatMath } from "./functions/float-math.js";
import { log, log1p } from "./functions/logarithm.js";
import { singlePower } from "./functions/power.js";
import { angleLimit, singleSinusoid, sinusoid } from "./functions/trigonometric.js";
import { scripted } from "./script.js";

/** Undefined for a float type whose elements are computed one by one. */
type FloatFunction = (e: Emitter, type: FloatType, operands: readonly Four[]) => Code[] | undefined;

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

/** In vectors where all lanes are below a limit, else one by one. */
const sinusoidal =
  (op: ScalarOp, quarter: 0 | 1): FloatFunction =>
  (e, type, [operand]) => {
    const four = operand as Four;
    const m = new FloatMath(e, type);
    const large = four
      .map((x) => m.v.ge(m.v.abs(x), m.number(angleLimit)))
      .reduce((all, mask) => v128.or(all, mask));
    const dtype: DType = type;
    return e.either(
      i32.eqz(v128.anyTrue(large)),
      () =>
        m.single
          ? [m.let(singleSinusoid(m, new FloatMath(e, "float64"), four[0] as Code, quarter))]
          : four.map((x) => m.let(sinusoid(m, x, quarter))),
      () => scripted(e, op, dtype, dtype, [{ dtype, four }]),
    );
  };

export const floatFunctions: Readonly<Record<string, FloatFunction>> = {
  exp: each(exp),
  expm1: each(expm1),
  log: each(log),
  log1p: each(log1p),
  tanh: each(tanh),
  sigmoid: each(sigmoid),
  sin: sinusoidal("sin", 0),
  cos: sinusoidal("cos", 1),
  erf: (e, type, operands) => (type === "float32" ? each(singleErf)(e, type, operands) : undefined),
  pow: (e, type, [x, y]) =>
    type === "float32"
      ? [
          singlePower(
            new FloatMath(e, "float32"),
            new FloatMath(e, "float64"),
            x?.[0] as Code,
            y?.[0] as Code,
          ),
        ]
      : undefined,
};
