import { describe, expect, it, vi } from "vitest";
import { BitaleRangeError, isBitaleError } from "../../core/dist/errors.js";
import {
  compileWithKernels,
  type KernelTable,
  referenceExecutable,
} from "../../core/dist/plugin/kernel-table.js";
import type { RegionNode } from "../../core/dist/plugin/region.js";
import type { NDArray } from "../../core/dist/tensor/ndarray.js";
import { referenceKernels } from "../../core/dist/tensor/reference/kernels.js";
import { node, region, SumAndDifference, vector } from "./regions.js";

function thrown(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("referenceExecutable", () => {
  it("runs nodes in order on inputs and constants", () => {
    const compiled = referenceExecutable(
      region({
        inputs: [0],
        constants: new Map([[1, vector(10, 20)]]),
        nodes: [node("add", [0, 1], 2), node("mul", [2, 2], 3), node("neg", [2], 4)],
        outputs: [4, 3],
      }),
    );
    const [negative, square] = compiled.run([vector(1, 2)], []) as [NDArray, NDArray];
    expect(negative.toArray()).toEqual([-11, -22]);
    expect(square.toArray()).toEqual([121, 484]);
    expect((compiled.run([vector(0, 0)], [])[1] as NDArray).toArray()).toEqual([100, 400]);
  });

  it("hands the numbers of a call to kernels and to ops of plugins", () => {
    const compiled = referenceExecutable(
      region({
        inputs: [0],
        nodes: [
          { op: "slice", params: { starts: [{ scalar: 0 }], steps: [-1] }, inputs: [0], output: 1 },
          { op: "custom", custom: new SumAndDifference(), inputs: [1, 0], scalars: [2, 1], outputs: [2, 3] },
        ],
        outputs: [2, 3],
        scalarCount: 3,
      }),
    );
    const results = compiled.run([vector(1, 5)], [1, 100, 1000]) as NDArray[];
    expect(results.map((result) => result.toArray())).toEqual([
      [1106, 1106],
      [1104, 1096],
    ]);
  });

  it("returns fresh storage at each run", () => {
    const x = vector(1, 2);
    const compiled = referenceExecutable(region({ inputs: [0], nodes: [node("neg", [0], 1)], outputs: [1] }));
    const [first] = compiled.run([x], []) as [NDArray];
    const [second] = compiled.run([x], []) as [NDArray];
    first.set(99, 0);
    expect(second.toArray()).toEqual([-1, -2]);
    expect(x.toArray()).toEqual([1, 2]);
  });
});

describe("values of a plugin", () => {
  /** A value that knows whether it has been given back. */
  interface Boxed {
    readonly array: NDArray;
    freed: boolean;
  }
  const box = (boxed: NDArray): Boxed => ({ array: boxed, freed: false });
  const read = (value: Boxed): NDArray => {
    if (value.freed) throw new Error("read after release");
    return value.array;
  };
  const kernels: KernelTable<Boxed> = {
    add: (call) => box(referenceKernels.add({ ...call, inputs: call.inputs.map(read) })),
    neg: (call) => box(referenceKernels.neg({ ...call, inputs: call.inputs.map(read) })),
    exp: () => {
      throw new RangeError("the device is on fire");
    },
  };
  const release = vi.fn((value: Boxed) => {
    expect(value.freed).toBe(false);
    value.freed = true;
  });
  const hooks = { fromHost: vi.fn(box), release };

  it("are made of constants once, and given back with the executable", () => {
    hooks.fromHost.mockClear();
    release.mockClear();
    const constants = new Map([[1, vector(10, 20)]]);
    const compiled = compileWithKernels(
      region({ inputs: [0], constants, nodes: [node("add", [0, 1], 2)], outputs: [2] }),
      kernels,
      hooks,
    );
    for (let run = 0; run < 2; run++) {
      const [sum] = compiled.run([box(vector(1, 1))], []) as [Boxed];
      expect(sum.array.toArray()).toEqual([11, 21]);
    }
    expect(hooks.fromHost).toHaveBeenCalledTimes(1);
    expect(release).not.toHaveBeenCalled();
    compiled.dispose?.();
    compiled.dispose?.();
    expect(release).toHaveBeenCalledTimes(1);
  });

  it("are given back after their last use: no input, no output, each once", () => {
    release.mockClear();
    const compiled = compileWithKernels(
      region({
        inputs: [0],
        nodes: [
          node("neg", [0], 1),
          node("add", [1, 1], 2),
          node("add", [2, 1], 3),
          node("neg", [3], 4),
          node("neg", [4], 5),
          node("neg", [0], 6),
        ],
        outputs: [4, 2],
      }),
      kernels,
      hooks,
    );
    const x = box(vector(1, 2));
    const [four, two] = compiled.run([x], []) as [Boxed, Boxed];
    expect(release.mock.calls.map(([value]) => value.array.toArray())).toEqual([
      [-1, -2],
      [-3, -6],
      [-3, -6],
      [-1, -2],
    ]);
    expect([x.freed, four.freed, two.freed]).toEqual([false, false, false]);
    expect([four.array.toArray(), two.array.toArray()]).toEqual([
      [3, 6],
      [-2, -4],
    ]);
  });

  it("are all given back when a later kernel fails", () => {
    release.mockClear();
    const compiled = compileWithKernels(
      region({
        inputs: [0],
        nodes: [node("neg", [0], 1), node("neg", [1], 2), node("exp", [1], 3)],
        outputs: [2, 3],
      }),
      kernels,
      hooks,
    );
    const x = box(vector(1, 2));
    expect(
      isBitaleError(
        thrown(() => compiled.run([x], [])),
        "KERNEL_FAILED",
      ),
    ).toBe(true);
    expect(release).toHaveBeenCalledTimes(2);
    expect(x.freed).toBe(false);
  });

  it("made so far are given back when a constant cannot be made", () => {
    release.mockClear();
    let made = 0;
    const fromHost = (constant: NDArray): Boxed => {
      if (made++ > 0) throw new Error("no room");
      return box(constant);
    };
    const constants = new Map([
      [0, vector(1, 1)],
      [1, vector(2, 2)],
    ]);
    const compile = () =>
      compileWithKernels(region({ constants, nodes: [node("add", [0, 1], 2)], outputs: [2] }), kernels, {
        fromHost,
        release,
      });
    expect(compile).toThrow("no room");
    expect(release).toHaveBeenCalledTimes(1);
  });
});

describe("errors", () => {
  it("a missing kernel is known before anything runs", () => {
    const compile = () =>
      compileWithKernels(
        region({ inputs: [0], nodes: [node("neg", [0], 1), node("exp", [1], 2)], outputs: [2] }),
        { neg: referenceKernels.neg },
      );
    const error = thrown(compile);
    expect(isBitaleError(error, "NO_KERNEL")).toBe(true);
    expect(String(error)).toContain("exp: the kernel table has no kernel for this");
    expect(String(error)).toContain("neg");
  });

  it("needs no kernel for an op of the plugin itself", () => {
    const custom: RegionNode = {
      op: "custom",
      custom: new SumAndDifference(),
      inputs: [0, 0],
      scalars: [],
      outputs: [1, 2],
    };
    const compiled = compileWithKernels(region({ inputs: [0], nodes: [custom], outputs: [1] }), {});
    expect((compiled.run([vector(1, 2)], [])[0] as NDArray).toArray()).toEqual([2, 4]);
  });

  it("wraps what a kernel throws, and names op, dtypes and shapes", () => {
    const cause = new RangeError("Array buffer allocation failed");
    const fail = () => {
      throw cause;
    };
    const compiled = compileWithKernels(
      region({ inputs: [0, 1], nodes: [node("add", [0, 1], 2)], outputs: [2] }),
      { add: fail },
    );
    const error = thrown(() => compiled.run([vector(1, 2), vector(1, 2)], []));
    expect(isBitaleError(error, "KERNEL_FAILED")).toBe(true);
    expect((error as Error).cause).toBe(cause);
    expect(String(error)).toContain("add: the kernel failed: Array buffer allocation failed");
    expect(String(error)).toContain("float64 [2], float64 [2]");
  });

  it("passes bitale's own errors on as they are", () => {
    const own = new BitaleRangeError("INDEX_OUT_OF_BOUNDS", { subject: "take", problem: "too far" });
    const fail = () => {
      throw own;
    };
    const compiled = compileWithKernels(region({ inputs: [0], nodes: [node("neg", [0], 1)], outputs: [1] }), {
      neg: fail,
    });
    expect(thrown(() => compiled.run([vector(1, 2)], []))).toBe(own);
  });

  it("notices a kernel that returns its operand", () => {
    const parts = { inputs: [0], nodes: [node("neg", [0], 1)], outputs: [1] };
    const compiled = compileWithKernels<NDArray>(region(parts), { neg: (call) => call.inputs[0] as NDArray });
    const error = thrown(() => compiled.run([vector(1, 2)], []));
    expect(isBitaleError(error, "KERNEL_FAILED")).toBe(true);
    expect(String(error)).toContain("fresh storage");
  });

  it("notices an op that returns too few results", () => {
    class Short extends SumAndDifference {
      override perform(): readonly unknown[] {
        return [];
      }
    }
    const custom: RegionNode = {
      op: "custom",
      custom: new Short(),
      inputs: [0, 0],
      scalars: [],
      outputs: [1, 2],
    };
    const compiled = referenceExecutable(region({ inputs: [0], nodes: [custom], outputs: [1, 2] }));
    const error = thrown(() => compiled.run([vector(1, 2)], []));
    expect(isBitaleError(error, "KERNEL_FAILED")).toBe(true);
    expect(String(error)).toContain(
      "sumAndDifference: the kernel failed: perform returned 0 results, 2 are needed",
    );
  });
});
