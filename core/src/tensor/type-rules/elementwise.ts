/** Dtype and shape of the elementwise primitives. */
import { isFloat, kindOf } from "../dtype.js";
import { type BinaryName, binaryNames, comparisonNames, type UnaryName, unaryNames } from "../primitives.js";
import { broadcastShapes } from "../shape.js";
import { refuse, sameDType, type TensorFacts, type TypeRule, type TypeRules, table } from "./rule.js";

const anyNumber = new Set<UnaryName>(["neg", "abs", "sign"]);
const floatToBool = new Set<UnaryName>(["isNaN", "isInf"]);

const unaryRule = (op: UnaryName): TypeRule<UnaryName> => ({
  arity: 1,
  infer: (_params, inputs) => {
    const { dtype, shape } = inputs[0] as TensorFacts;
    if (op === "invert" ? isFloat(dtype) : !isFloat(dtype) && !anyNumber.has(op)) {
      refuse(op, `not defined for ${dtype}`, inputs);
    }
    if (dtype === "bool" && (op === "neg" || op === "sign")) refuse(op, "not defined for bool", inputs);
    return { dtype: floatToBool.has(op) ? "bool" : dtype, shape };
  },
});

const binaryRule = (op: BinaryName): TypeRule<BinaryName> => ({
  arity: 2,
  infer: (_params, inputs) => {
    const dtype = sameDType(op, inputs);
    const kind = kindOf(dtype);
    if ((op === "div" || op === "arctan2") && kind !== "float") refuse(op, "operands must be floats", inputs);
    if ((op === "and" || op === "or" || op === "xor") && kind === "float")
      refuse(op, "not defined for floats", inputs);
    if ((op === "sub" || op === "pow") && kind === "bool") refuse(op, "not defined for bool", inputs);
    const comparison = (comparisonNames as readonly string[]).includes(op);
    return {
      dtype: comparison ? "bool" : dtype,
      shape: broadcastShapes(
        inputs.map((i) => i.shape),
        op,
      ),
    };
  },
});

type Elementwise = UnaryName | BinaryName | "where" | "cast" | "stopGradient" | "mapGradient";

export const elementwiseTypes: TypeRules<Elementwise> = {
  ...table(unaryNames, unaryRule),
  ...table(binaryNames, binaryRule),
  where: {
    arity: 3,
    infer: (_params, inputs) => {
      if (inputs[0]?.dtype !== "bool") refuse("where", "the condition must be bool", inputs);
      const dtype = sameDType("where", inputs.slice(1));
      return {
        dtype,
        shape: broadcastShapes(
          inputs.map((i) => i.shape),
          "where",
        ),
      };
    },
  },
  cast: { arity: 1, infer: ({ dtype }, inputs) => ({ dtype, shape: (inputs[0] as TensorFacts).shape }) },
  stopGradient: { arity: 1, infer: (_params, [x]) => x as TensorFacts },
  mapGradient: { arity: 1, infer: (_params, [x]) => x as TensorFacts },
};
