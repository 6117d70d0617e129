/** Shared variables are variables like others, for the type checker too. */
import { concatenate, createRuntime, dot, matrix, type TensorVariable } from "@bitale/core";
import { plugin } from "@bitale/tensor-cpu";
import { expect, expectTypeOf, it } from "vitest";

it("a dense shared variable is a TensorVariable", () => {
  const runtime = createRuntime({ plugins: [plugin] });
  const W = runtime.shared([[1, 2]], { name: "W" });
  const parameters: TensorVariable[] = [W, runtime.shared([[3, 4]]), matrix("x")];
  expectTypeOf(W).toExtend<TensorVariable>();
  expect(concatenate(parameters).type.ndim).toBe(2);
  expect(dot(W, parameters[2] as TensorVariable).type.ndim).toBe(2);
});
