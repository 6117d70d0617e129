/** How variables read that are not computed: inputs, shared variables and constants. */
import { isConstant, isSharedVariable, type Variable } from "@bitale/core";
import type { NodeKind } from "./model.js";
import { nameOf } from "./reads.js";

export interface LeafText {
  readonly kind: NodeKind;
  readonly text: string;
  readonly detail?: string;
  readonly tooltip: string;
  /** A constant that is one number. */
  readonly isNumber: boolean;
}

export function leafText(variable: Variable): LeafText {
  const { type } = variable;
  if (isConstant(variable)) {
    const value = variable.value as { readonly shape?: readonly number[] } | null | undefined;
    const isNumber = variable.name === undefined && value?.shape?.length === 0;
    const text = variable.name ?? (isNumber ? variable.toString() : "constant");
    const tooltip = `constant ${variable.toString()}\n${type.label}`;
    return { kind: "constant", text, tooltip, isNumber, ...(isNumber ? {} : { detail: type.label }) };
  }
  const kind = isSharedVariable(variable) ? "shared" : "input";
  const text = nameOf(variable);
  const { backend } = type;
  const detail = backend === undefined ? type.label : `${type.label} ${backend}`;
  const kept = backend === undefined ? "" : `\nkept by ${backend}`;
  const what = kind === "shared" ? "shared variable" : "input";
  return { kind, text, detail, tooltip: `${what} ${text}\n${type.label}${kept}`, isNumber: false };
}
