/** An error of a call tells which node of the user's graph it is about, on what, and where the node was made. */
import {
  type Backend,
  type CodedError,
  type CompiledFunction,
  compileWithKernels,
  createRuntime,
  definePlugin,
  dot,
  dtypes,
  isBitaleError,
  lscalar,
  lvector,
  matrix,
  type NDArray,
  type Plugin,
  type Runtime,
  reshape,
  SharedVariable,
  softmax,
  specifyShape,
  TensorType,
  type TensorVariable,
  take,
  vector,
} from "@bitale/core";
import { CsrMatrix, plugin as sparse } from "@bitale/sparse";
import { plugin as tensorCpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";

function raised(f: CompiledFunction, ...args: unknown[]): CodedError {
  try {
    f(...args);
  } catch (error) {
    if (isBitaleError(error)) return error;
    throw error;
  }
  throw new Error("nothing was raised");
}

/** A plugin with a table of kernels of which `exp` fails. */
function tablePlugin(kernels: Parameters<typeof compileWithKernels<NDArray>>[1]): Plugin {
  return definePlugin({
    id: "table",
    apiVersion: 1,
    priority: 1000,
    kwargs: {},
    supports: {
      dtypes,
      syncRead: true,
      ops: Object.fromEntries(Object.keys(kernels).map((name) => [name, dtypes])),
      aliases: {
        getBorrowAliases: true,
        constructBorrowAliases: true,
        setBorrowAliases: true,
        setInPlace: false,
        setCastInPlace: false,
        constructsFromNDArray: true,
      },
    },
    use: {
      useFactory: (): Backend => ({
        construct: (value) => new SharedVariable("v", new TensorType("float32", [null]), value, false),
        compileRegion: (region) => compileWithKernels(region, kernels),
      }),
    },
  });
}

const backends: [string, () => Runtime][] = [
  ["reference", () => createRuntime({ plugins: [] })],
  ["tensor-cpu", () => createRuntime({ plugins: [tensorCpu] })],
  [
    "tensor-cpu without generated code",
    () => createRuntime({ plugins: [tensorCpu], pluginOptions: { "tensor-cpu": { codegen: false } } }),
  ],
];

describe.each(backends)("errors of calls on %s", (_name, make) => {
  const runtime = make();

  it("a product of lengths that do not fit", () => {
    const [x, w] = [matrix("x"), matrix("w")];
    const predict = (a: TensorVariable, b: TensorVariable) => softmax(dot(a, b).add(1));
    const f = runtime.compile([x, w], predict(x, w), { name: "predict" });
    const error = raised(f, [[1, 2]], [[1, 2, 3]]);
    expect(error.code).toBe("SHAPE_MISMATCH");
    expect(error.location?.node).toMatch(/^dot\{.*\}\(x, w\) in predict$/);
    expect(error.location?.operands).toEqual(["x: float32 [1, 2]", "w: float32 [1, 3]"]);
    expect(error.location?.made[0]).toMatch(/^predict \(.*error-location\.test\.ts:\d+:\d+\)$/);
    expect(error.location?.graph).toContain("dot");
    expect(error.message).toContain("operands: x: float32 [1, 2]\n            w: float32 [1, 3]");
    expect(error.message).toContain("made at: predict (");
    expect(error.stack).toContain(error.message);
  });

  it("a length that specifyShape promised", () => {
    const x = vector("x");
    const f = runtime.compile([x], specifyShape(x, [3]).exp());
    const { code, location } = raised(f, [1, 2]);
    expect(code).toBe("SHAPE_MISMATCH");
    expect(location?.node).toMatch(/^specifyShape\{.*\}\(x\)$/);
    expect(location?.operands).toEqual(["x: float32 [2]"]);
  });

  it("a reshape to another number of elements", () => {
    const [x, n] = [vector("x"), lscalar("n")];
    const f = runtime.compile([x, n], reshape(x, [n, 2]));
    const { code, location } = raised(f, [1, 2, 3], 2);
    expect(code).toBe("SHAPE_MISMATCH");
    expect(location?.operands[0]).toBe("x: float32 [3]");
    expect(location?.made[0]).toContain("error-location.test.ts");
  });

  it("an index that is out of bounds", () => {
    const [x, i] = [vector("x"), lvector("i")];
    const f = runtime.compile([x, i], take(x.exp(), i).mul(2), { name: "gather" });
    const { code, location } = raised(f, [1, 2, 3], [0, 7]);
    expect(code).toBe("INDEX_OUT_OF_BOUNDS");
    expect(location?.node).toMatch(/^take\{axis=0\}\(exp\.0, i\) in gather$/);
    expect(location?.operands).toEqual(["exp.0: float32 [3]", "i: int64 [2]"]);
    expect(location?.graph).toContain("exp");
  });

  it("a window whose start is a number of the call", () => {
    const [x, i] = [vector("x"), lscalar("i")];
    const f = runtime.compile([x, i], x.narrow(0, i, 2).mul(2));
    expect(f([1, 2, 3], 1).toArray()).toEqual([4, 6]);
    const { code, location } = raised(f, [1, 2, 3], 2);
    expect(code).toBe("INDEX_OUT_OF_BOUNDS");
    expect(location?.node).toMatch(/^slice\{.*\}\(x, i\)$/);
    expect(location?.operands[0]).toBe("x: float32 [3]");
  });

  it("names nothing where no trace is wanted, and the rest all the same", () => {
    const silent = createRuntime({ plugins: [], creationTrace: false });
    const x = vector("x");
    const y = silent.scope(() => specifyShape(x, [3]));
    expect(y.owner?.trace).toBeUndefined();
    const { location } = raised(runtime.compile([x], y), [1, 2]);
    expect(location?.made).toEqual([]);
    expect(location?.node).toMatch(/^specifyShape/);
  });
});

describe("errors of kernels", () => {
  it("of a table name the node, and keep the kernel's own error as the cause", () => {
    const fire = new RangeError("the device is on fire");
    const runtime = createRuntime({
      plugins: [
        tablePlugin({
          exp: () => {
            throw fire;
          },
        }),
      ],
    });
    const x = vector("x");
    const f = runtime.compile([x], x.mul(2).exp().sum(), { name: "burn" });
    const error = raised(f, [1, 2]);
    expect(error.code).toBe("KERNEL_FAILED");
    expect(error.problem).toContain("the device is on fire");
    expect(error.cause).toBe(fire);
    expect(error.location?.node).toBe("exp(mul.0) in burn");
    expect(error.location?.operands).toEqual(["mul.0: float32 [2]"]);
    expect(error.location?.made[0]).toContain("error-location.test.ts");
  });

  it("of a plugin's own op do the same", () => {
    const runtime = createRuntime({ plugins: [sparse, tensorCpu] });
    const A = runtime.shared(
      new CsrMatrix({
        data: Float32Array.of(1, 2),
        indices: Int32Array.of(0, 1),
        indptr: Int32Array.of(0, 1, 2),
        shape: [2, 2],
      }),
      { name: "A" },
    );
    const x = matrix("x");
    const f = runtime.compile([x], dot(A, x).sum(), { name: "project" });
    const { location } = raised(f, [[1], [2], [3]]);
    expect(location?.node).toMatch(/\(A, x\) in project$/);
    expect(location?.operands.at(-1)).toBe("x: float32 [3, 1]");
    expect(location?.made.some((frame) => frame.includes("error-location.test.ts"))).toBe(true);
  });

  it("of a node that a rewrite made point at what the user wrote", () => {
    const runtime = createRuntime({ plugins: [] });
    const x = vector("x");
    const checked = (v: TensorVariable) => specifyShape(v.mul(1), [3]);
    const { location } = raised(runtime.compile([x], checked(x)), [1, 2]);
    expect(location?.node).toMatch(/^specifyShape\{.*\}\(x\)$/);
    expect(location?.made[0]).toMatch(/^checked \(/);
  });
});
