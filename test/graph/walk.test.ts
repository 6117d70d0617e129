import { describe, expect, it } from "vitest";
import { Apply, Op, Variable } from "../../core/dist/graph/nodes.js";
import { replace } from "../../core/dist/graph/replace.js";
import { ancestors, clients, freeVariables, toposort } from "../../core/dist/graph/walk.js";
import { TensorType } from "../../core/dist/tensor/tensor-type.js";

class Join extends Op {
  readonly name = "join";
  override infer(inputs: readonly Variable[]) {
    return [(inputs[0] as Variable).type];
  }
  override key() {
    return "join";
  }
}
const join = new Join();
const type = new TensorType("float32", [null]);
const input = (name: string): Variable => new Variable(type, name);
const make = (...inputs: Variable[]): Variable => new Apply(join, inputs).output;

describe("walks", () => {
  it("sorts operands before users, each node once", () => {
    const [x, y] = [input("x"), input("y")];
    const a = make(x, y);
    const b = make(a, a);
    const c = make(b, a);
    expect(toposort([c, b]).map((node) => node.output)).toEqual([a, b, c]);
    expect(toposort([c], new Set([b])).map((node) => node.output)).toEqual([a, c]);
  });

  it("finds free variables in first-met order, and all ancestors", () => {
    const [x, y] = [input("x"), input("y")];
    const c = make(make(y), x);
    expect(freeVariables([c, x])).toEqual([y, x]);
    expect(ancestors([c]).size).toBe(4);
  });

  it("lists each user of a variable once", () => {
    const x = input("x");
    const a = make(x, x);
    expect(clients(toposort([a])).get(x)).toEqual([a.owner]);
  });

  it("walks 100,000 nodes without overflowing the stack", () => {
    let chain = input("x");
    for (let i = 0; i < 100_000; i++) chain = make(chain);
    expect(toposort([chain]).length).toBe(100_000);
    const y = input("y");
    const [moved] = replace([chain], new Map([[freeVariables([chain])[0] as Variable, y]]));
    expect(freeVariables([moved as Variable])).toEqual([y]);
  });
});

describe("replace", () => {
  it("rebuilds only what changes", () => {
    const [x, y, z] = [input("x"), input("y"), input("z")];
    const kept = make(y);
    const out = make(make(x), kept);
    const [moved] = replace([out], new Map([[x, z]])) as [Variable];
    expect(moved).not.toBe(out);
    expect(moved.owner?.inputs[1]).toBe(kept);
    expect(freeVariables([moved])).toEqual([z, y]);
  });

  it("does not look into replacements", () => {
    const x = input("x");
    const twice = make(x);
    const [moved] = replace([make(x)], new Map([[x, twice]])) as [Variable];
    expect(moved.owner?.inputs[0]).toBe(twice);
  });
});
