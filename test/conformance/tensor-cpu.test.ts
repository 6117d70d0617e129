import { caseIds, conformance } from "@bitale/core/conformance";
import { plugin } from "@bitale/tensor-cpu";
import { describe, it } from "vitest";

describe("tensor-cpu keeps the contract", () => {
  for (const { id, title, run } of conformance(plugin)) it(`${id}: ${title}`, run);
});
describe("tensor-cpu computes without generated code", () => {
  const only = caseIds.filter((id) => /^(update|function|region|primitive)\./.test(id));
  const cases = conformance(plugin, {}, { only, options: { codegen: false } });
  for (const { id, title, run } of cases) it(`${id}: ${title}`, run);
});
