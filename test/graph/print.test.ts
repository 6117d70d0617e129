/** What graphs, functions and regions look like as text. */
import {
  Apply,
  broadcastTo,
  createRuntime,
  debugPrint,
  dot,
  grad,
  gradScale,
  In,
  ifElse,
  lscalar,
  matrix,
  Op,
  Out,
  PrimitiveOp,
  type Region,
  regionText,
  reshape,
  scalar,
  scan,
  sum,
  type TensorVariable,
  type Type,
  type Variable,
  vector,
} from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse";
import { plugin as tensorCpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";
import { plainShared } from "../plain-runtime.js";

/** Passes its operand on, twice. */
class Split extends Op {
  override readonly name = "split";
  override infer(inputs: readonly Variable[]): readonly Type[] {
    return [inputs[0]?.type as Type, inputs[0]?.type as Type];
  }
  override key(): string {
    return this.name;
  }
}
/** The length of an axis, as rich ops ask for it. */
const lengthOf = (x: TensorVariable, axis: number): TensorVariable =>
  new Apply(new PrimitiveOp("dimension", { axis }), [x]).output as TensorVariable;
const lines = (...text: string[]): string => text.join("\n");

describe("debugPrint of variables", () => {
  it("prints a shared subgraph once, and names it afterwards", () => {
    const x = vector("x");
    const y = x.exp();
    y.name = "y";
    expect(debugPrint(y.add(y))).toBe(
      lines("add <float32 [?]>", "├ exp 'y' [A] <float32 [?]>", "│ └ x <float32 [?]>", "└ exp 'y' [A] ·"),
    );
  });

  it("gives letters to all nodes, or to none", () => {
    const y = vector("x").exp();
    const z = y.add(y);
    expect(debugPrint(z, { types: false, ids: "all" })).toBe(
      lines("add [A]", "├ exp [B]", "│ └ x", "└ exp [B] ·"),
    );
    expect(debugPrint(z, { types: false, ids: "none" })).toBe(lines("add", "├ exp", "│ └ x", "└ exp ·"));
  });

  it("writes lengths as expressions, with the letter of what they belong to", () => {
    const x = matrix("x");
    const y = reshape(x, [lengthOf(x, 1), -1]).exp();
    expect(debugPrint(reshape(y, [-1]).sum().div(lengthOf(x, 0).astype("float32")), { types: false })).toBe(
      lines(
        "div",
        "├ sum{axes=[0]}",
        "│ └ reshape{shape=[-1]}",
        "│   └ exp",
        "│     └ reshape{shape=[x.shape[1], -1]}",
        "│       └ x",
        "└ float32(x.shape[0])",
      ),
    );
    const z = y.add(1);
    expect(
      debugPrint(broadcastTo(scalar("s"), [lengthOf(z, 0), lscalar("n").mul(2)]), { types: false }),
    ).toBe(
      lines(
        "broadcastTo{shape=[A.shape[0], n * 2]}",
        "├ s",
        "└ lengths of add [A]",
        "  ├ exp",
        "  │ └ reshape{shape=[x.shape[1], -1]}",
        "  │   └ x",
        "  └ 1",
      ),
    );
  });

  it("stops at a depth, and at variables or names", () => {
    const x = vector("x");
    const y = x.exp();
    y.name = "y";
    const z = y.neg().sqrt();
    expect(debugPrint(z, { types: false, depth: 1 })).toBe(lines("sqrt", "└ neg"));
    const stopped = lines("sqrt", "└ neg", "  └ exp 'y' …");
    expect(debugPrint(z, { types: false, stopAt: ["y"] })).toBe(stopped);
    expect(debugPrint(z, { types: false, stopAt: [y] })).toBe(stopped);
  });

  it("prints lists with letters in common, notes, and where nodes were made", () => {
    const y = vector("x").exp();
    expect(debugPrint([y, y.neg()], { types: false })).toBe(lines("exp [A]", "└ x", "neg", "└ exp [A] ·"));
    expect(debugPrint(y, { types: false, note: (v) => (v.owner ? "hot" : undefined) })).toBe(
      lines("exp hot", "└ x"),
    );
    expect(debugPrint(y, { made: true })).toMatch(/^exp <float32 \[\?\]> at .*print\.test\.ts:\d+:\d+/);
  });

  it("writes float32 numbers as shortly as they can be told, and leaves functions out of parameters", () => {
    const x = vector("x");
    expect(debugPrint(x.mul(0.13).add(1 / 3), { types: false })).toBe(
      lines("add", "├ mul", "│ ├ x", "│ └ 0.13", "└ 0.33333334"),
    );
    expect(debugPrint(x.mul(1e-45).add(16777217), { types: false })).toBe(
      lines("add", "├ mul", "│ ├ x", "│ └ 1e-45", "└ 16777216"),
    );
    expect(debugPrint(gradScale(x, 2), { types: false })).toBe(lines("mapGradient{name=scale}", "└ x"));
  });

  it("tells outputs of one node apart", () => {
    const node = new Apply(new Split(), [vector("x")]);
    expect(debugPrint([...node.outputs], { types: false })).toBe(
      lines("split.0 [A]", "└ x", "split.1 [A] ·"),
    );
  });

  it("prints shared variables with the backend that keeps them", () => {
    const runtime = createRuntime({ plugins: [tensorCpu, sparse] });
    const W = runtime.shared([[1, 2]], { name: "W" });
    expect(debugPrint(W)).toBe("W <float32 [?, ?]> tensor-cpu");
    const S = runtime.shared([[1, 2]], { name: "S", backend: "sparse" });
    expect(debugPrint(S)).toBe("S <csr float32 [?, ?]> sparse");
    expect(debugPrint(dot(S, W), { types: false })).toMatch(/^sparseDot.*\n├ S sparse\n└ W tensor-cpu$/);
    expect(debugPrint(W, { placement: false })).toBe("W <float32 [?, ?]>");
  });

  it("does not overflow on chains and ladders of 100,000 nodes", () => {
    const x = vector("x");
    let [chain, ladder] = [x.exp(), x.exp()];
    for (let i = 1; i < 100_000; i++) {
      chain = new Apply(chain.owner?.op as Op, [chain]).output as typeof chain;
      if (i < 50_000) ladder = ladder.add(ladder);
    }
    expect(debugPrint(chain).split("\n").length).toBe(100_001);
    expect(debugPrint(chain)).toContain("(99999) exp <float32 [?]>");
    expect(debugPrint(ladder).split("\n").length).toBe(100_000);
  });
});

describe("debugPrint of loops and branches", () => {
  it("prints the graphs inside behind the others", () => {
    const x = vector("x");
    const [total, squares] = scan((sum, element) => [sum.add(element), element.mul(element)], {
      init: 0,
      sequences: x,
    });
    expect(debugPrint([total, squares], { types: false })).toBe(
      lines(
        "scan.0 [A]",
        "├ x.shape[0]",
        "├ 0",
        "└ x",
        "scan.1 [A] ·",
        "inside scan [A], output 0: add",
        "├ carry",
        "└ x[t]",
        "inside scan [A], output 1: mul",
        "├ x[t]",
        "└ x[t]",
      ),
    );
    const chosen = ifElse(
      scalar("c", "bool"),
      () => x.exp(),
      () => x.neg(),
    );
    expect(debugPrint(chosen, { types: false })).toBe(
      lines(
        "ifElse [A]",
        "├ c",
        "├ x",
        "└ x",
        "inside ifElse [A], graph 0: exp",
        "└ x",
        "inside ifElse [A], graph 1: neg",
        "└ x",
      ),
    );
  });
});

describe("debugPrint of functions", () => {
  const runtime = createRuntime({ plugins: [tensorCpu] });
  const W = runtime.shared([1, 2], { name: "W" });
  const x = vector("x");
  const loss = sum(x.mul(W).exp());
  const step = runtime.compile([x], { loss }, { name: "step", updates: [[W, W.sub(grad(loss, W))]] });

  it("labels outputs and updates, and lists inputs, storage and regions", () => {
    expect(debugPrint(step)).toBe(step.debugPrint());
    expect(step.debugPrint({ types: false }).split("\n").slice(0, 5)).toEqual([
      "step",
      "  input x <float32 [?]>",
      "  shared W <float32 [?]> tensor-cpu, updated",
      expect.stringMatching(/^ {2}#1 tensor-cpu, \d+ nodes$/),
      "loss: sum{axes=[0]} #1",
    ]);
    expect(step.debugPrint()).toContain("\nW ← sub <float32 [?]> #1\n├ W <float32 [?]> tensor-cpu\n");
    expect(step.debugPrint({ placement: false, types: false })).toMatch(/^loss: sum\{axes=\[0\]\}\n/);
  });

  it("has a signature for String(f)", () => {
    expect(String(step)).toBe("step(x) → loss; updates W");
    expect(String(runtime.compile([x], [x.exp(), x.neg()]))).toBe("function(x) → output 0, output 1");
    expect(String(runtime.compile([], null, { updates: [[W, W.mul(2)]] }))).toBe("function() → updates W");
  });

  it("says what a call may do with inputs and outputs", () => {
    const total = scalar("total");
    const f = runtime.compile(
      [new In(total, { value: 0, update: total.add(1) })],
      new Out(total, { borrow: true }),
    );
    expect(f.debugPrint()).toContain("  input total <float32 []>, state, updated, results may alias it\n");
    expect(f.debugPrint()).toContain("  output 0: may alias storage\n");
  });

  it("shows numbers that the host computes", () => {
    const n = lscalar("n");
    const f = runtime.compile([x, n], [x.narrow(0, n.mul(2), 1), n.mul(2)]);
    expect(f.debugPrint({ types: false })).toContain(
      "output 0: slice{starts=[n * 2], sizes=[1], steps=[1]} #1\n",
    );
    expect(f.debugPrint({ types: false })).toContain("output 1: mul on the host\n");
  });

  it("works without any plugin", () => {
    const s = plainShared([1], "float32", [null], { name: "s" });
    const f = createRuntime({ plugins: [] }).compile([], s.exp());
    expect(f.debugPrint({ types: false })).toBe(
      lines("function", "  shared s <float32 [?]>", "  #1 reference, 1 node", "output: exp #1", "└ s"),
    );
  });
});

describe("regionText", () => {
  it("prints values, numbers of the call, constants and results", () => {
    const seen: Region[] = [];
    const runtime = createRuntime({
      plugins: [
        {
          ...tensorCpu,
          use: {
            useFactory: (services, container) => {
              if (!("useFactory" in tensorCpu.use)) throw new TypeError("tensor-cpu is made by a factory");
              const backend = tensorCpu.use.useFactory(services, container);
              const compileRegion = (region: Region) => {
                seen.push(region);
                return (backend.compileRegion as NonNullable<typeof backend.compileRegion>)(region);
              };
              return { ...backend, compileRegion };
            },
          },
        },
      ],
    });
    const [x, i] = [vector("x"), lscalar("i")];
    runtime.compile([x, i], x.narrow(0, i, 2).mul(3).sum())([1, 2, 3], 1);
    expect(regionText(seen[0] as Region)).toBe(
      lines(
        "region(%0: float32 [3], $0)",
        "  %2: float32 [] = 3",
        "  %1: float32 [2] = slice{starts=[$0], steps=[1]}(%0)",
        "  %3: float32 [2] = mul(%1, %2)",
        "  %4: float32 [] = sum{axes=[0]}(%3)",
        "  return %4",
      ),
    );
  });
});
