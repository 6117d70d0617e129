// What the rule tables of core say of each primitive, found out by asking them.
import { gradientRules } from "../../core/dist/gradient/table.js";
import { dtypes, isBitaleError, isFloat, PrimitiveOp, toposort, Variable } from "../../core/dist/index.js";
import { useOf } from "./primitive-uses.mjs";

/** @typedef {import("../../core/dist/index.js").DType} DType */

const kinds = {
  bool: dtypes.filter((dtype) => dtype === "bool"),
  int: dtypes.filter((dtype) => /^u?int/.test(dtype)),
  float: dtypes.filter(isFloat),
};

/**
 * Which dtypes it takes, and what its result has: `float`, `any → bool`.
 *
 * @param {string} name
 */
export function dtypeRule(name) {
  const results = new Map(
    dtypes.flatMap((dtype) => {
      const node = apply(name, dtype);
      return node === undefined ? [] : [[dtype, node.output.type.dtype]];
    }),
  );
  const { inputs } = useOf(name, "float32");
  const open = inputs.length > 0 && useOf(name, "float64").inputs.some((x) => x.type.dtype === "float64");
  const taken = open ? namesOf([...results.keys()]) : inputs.map((x) => x.type.dtype).join(", ");
  const own = [...results].every(([dtype, result]) => dtype === result);
  const result = own && open ? "" : [...new Set(results.values())].join(", ");
  return [taken, ...(result === "" ? [] : [`→ ${result}`])].join(" ").trim();
}

/** @param {readonly DType[]} list */
function namesOf(list) {
  if (list.length === dtypes.length) return "any";
  const whole = Object.entries(kinds).filter(([, members]) => members.every((dtype) => list.includes(dtype)));
  const covered = whole.flatMap(([, members]) => members);
  return [...whole.map(([kind]) => kind), ...list.filter((dtype) => !covered.includes(dtype))].join(", ");
}

/**
 * Lengths of the operands and of the result, of one use: `[2, 3], [3] → [2, 3]`.
 *
 * @param {string} name
 */
export function shapeExample(name) {
  const node = dtypes.map((dtype) => apply(name, dtype)).find((made) => made !== undefined);
  if (node === undefined) throw new Error(`${name}: its type rule refuses every dtype`);
  const { shapes } = useOf(name, "float32");
  const text = (/** @type {readonly (number | null)[]} */ shape) =>
    `[${shape.map((d) => d ?? "?").join(", ")}]`;
  return { node, text: `${shapes.map(text).join(", ")} → ${text(node.output.type.shape)}`.trim() };
}

/**
 * With respect to which operands it is differentiable: "yes" for all of them; "0" where the gradient is zero, "-" where
 * no path leads.
 *
 * @param {string} name
 */
export function gradientRule(name) {
  const node = apply(name, "float32");
  if (node === undefined || !isFloat(node.output.type.dtype)) return "0: the result is discrete";
  const gradient = new Variable(node.output.type);
  const given = gradientRules[name]({
    params: node.op.params,
    inputs: node.inputs,
    output: node.output,
    gradient,
  });
  const words = given.map((/** @type {Variable | undefined} */ result) => {
    if (result === undefined) return "-";
    return result === gradient || toposort([result]).some(({ inputs }) => inputs.includes(gradient))
      ? "yes"
      : "0";
  });
  if (words.length === 0) return "-";
  return new Set(words).size === 1 ? words[0] : words.join(", ");
}

/**
 * @param {string} name
 * @param {DType} dtype
 */
function apply(name, dtype) {
  const { params, inputs } = useOf(name, dtype);
  try {
    return new PrimitiveOp(name, params).apply(inputs);
  } catch (error) {
    if (isBitaleError(error, "BAD_OPERAND")) return undefined;
    throw error;
  }
}
