/** The facts of a compiled function as data. */
import { createRuntime, grad, gt, ifElse, lscalar, matrix, scan, size, sum, vector } from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse";
import { plugin as tensorCpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";
import { pretendDevice } from "../pretend-device.js";

const runtime = createRuntime({ plugins: [tensorCpu, sparse] });

describe("describe()", () => {
  it("lists inputs, storage, outputs, updates, and every node once", () => {
    const W = runtime.shared([1, 2], { name: "W" });
    const x = vector("x");
    const loss = sum(x.mul(W).exp());
    const step = runtime.compile([x], { loss }, { name: "step", updates: [[W, W.sub(grad(loss, W))]] });
    const { name, inputs, shared, outputs, updates, regions, transfers } = step.describe();
    expect({ name, inputs, shared, transfers }).toEqual({
      name: "step",
      inputs: [x],
      shared: [W],
      transfers: [],
    });
    expect(outputs.map(({ label, move }) => [label, move])).toEqual([["loss", undefined]]);
    expect(updates.map(({ target, variable }) => [target, variable.owner?.op.name])).toEqual([[W, "sub"]]);
    expect(regions.map(({ backend, residence }) => [backend, residence])).toEqual([["tensor-cpu", "host"]]);
    const nodes = regions.flatMap((region) => region.nodes);
    expect(new Set(nodes).size).toBe(nodes.length);
    expect(nodes).toContain(updates[0]?.variable.owner);
  });

  it("tells numbers of the host from what follows from lengths", () => {
    const [x, n] = [matrix("x"), lscalar("n")];
    const window = x.narrow(0, n.mul(2), 1);
    const f = runtime.compile([x, n], window.sum().div(size(x)));
    const { onHost, ofLengths, regions } = f.describe();
    expect(onHost.map(({ op }) => op.name)).toEqual(["mul"]);
    expect(ofLengths.map(({ op }) => op.name)).toContain("dimension");
    expect(regions.flatMap(({ nodes }) => nodes.map(({ op }) => op.name))).toContain("slice");
  });

  it("says what is taken from one residence to another", () => {
    const both = createRuntime({ plugins: [pretendDevice(["exp"]), tensorCpu] });
    const v = both.shared([1, 2, 3], { name: "v" });
    const f = both.compile([], [v.exp(), v.exp().tanh()], { updates: [[v, v.exp().tanh()]] });
    const { regions, transfers, outputs, updates } = f.describe();
    expect(regions.map(({ backend, residence }) => `${backend} on ${residence}`)).toEqual([
      "pretend on pretend",
      "tensor-cpu on host",
    ]);
    expect(transfers.map(({ variable, from, to }) => [variable.owner?.op.name, from, to])).toEqual([
      ["exp", "pretend", "host"],
    ]);
    expect(outputs.map(({ move }) => move)).toEqual([{ from: "pretend", to: "host" }, undefined]);
    expect(updates.map(({ move }) => move)).toEqual([{ from: "host", to: "pretend" }]);
  });

  it("shows what is inside of loops and branches", () => {
    const x = vector("x");
    const [total] = scan((sum, element) => [sum.add(element), undefined], { init: 0, sequences: x });
    const chosen = ifElse(
      gt(total, 0),
      () => total.exp(),
      () => total.neg(),
    );
    const { regions } = runtime.compile([x], chosen).describe();
    const inner = regions.flatMap((region) => region.inner);
    expect(inner.map(({ name }) => name)).toEqual(["scan step", "ifElse true", "ifElse false"]);
    expect(inner[0]?.inputs.map(String)).toEqual(["t", "carry", "x"]);
    expect(inner[0]?.outputs.map(({ label }) => label)).toEqual(["output"]);
    expect(inner.map(({ updates }) => updates.length)).toEqual([0, 0, 0]);
  });
});
