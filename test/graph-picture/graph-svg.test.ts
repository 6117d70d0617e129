/** What pictures of graphs show. */
import {
  Constant,
  compile,
  constant,
  createRuntime,
  dot,
  grad,
  gt,
  ifElse,
  isBitaleError,
  lscalar,
  matrix,
  type SharedVariable,
  scan,
  size,
  vector,
} from "@bitale/core";
import { graphSvg } from "@bitale/graph-picture";
import { plugin as sparse } from "@bitale/sparse";
import { plugin as tensorCpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";
import { pretendDevice } from "../pretend-device.js";
import { type ParsedPicture, type Part, parsePicture } from "./parsed-picture.js";

const runtime = createRuntime({ plugins: [tensorCpu, sparse] });
const textsOf = ({ nodes }: ParsedPicture, kind: string): string[] =>
  nodes.filter((node) => node.kind === kind).map(({ texts }) => texts[0] as string);
const node = ({ nodes }: ParsedPicture, text: string): Part => {
  const found = nodes.filter(({ texts }) => texts[0] === text);
  expect(found, `boxes "${text}"`).toHaveLength(1);
  return found[0] as Part;
};
const waysOf = ({ edges }: ParsedPicture, kind: string): string[] =>
  edges.filter((edge) => edge.kind === kind).map(({ from, to }) => `${from} > ${to}`);

describe("a picture of expressions", () => {
  const [x, w] = [matrix("x"), runtime.shared([[1, 2]], { name: "w" })];
  const y = dot(x, w.T).add(0.1);
  y.name = "y";
  const parsed = parsePicture(graphSvg([y.sum(), y.div(constant([1, 2]))]));

  it("has a box for each op, variable, constant and output, with types", () => {
    expect(node(parsed, "x").texts).toEqual(["x", "float32 [?, ?]"]);
    expect(node(parsed, "w").texts).toEqual(["w", "float32 [?, ?] tensor-cpu"]);
    expect(node(parsed, "w").kind).toBe("shared");
    expect(node(parsed, "y: add").kind).toBe("op");
    expect(textsOf(parsed, "input")).toEqual(["x"]);
    expect(textsOf(parsed, "constant")).toEqual(["0.1", "constant"]);
    expect(textsOf(parsed, "output")).toEqual(["output 0", "output 1"]);
    expect(parsed.clusters).toEqual([]);
  });

  it("has an arrow for each operand", () => {
    expect(waysOf(parsed, "data").sort()).toEqual(
      [
        "0.1 > y: add",
        "constant > div",
        "div > output 1",
        "dot{contract=[[1], [0]], batch=[[], []]} > y: add",
        "sum{axes=[0, 1]} > output 0",
        "transpose{permutation=[1, 0]} > dot{contract=[[1], [0]], batch=[[], []]}",
        "w > transpose{permutation=[1, 0]}",
        "x > dot{contract=[[1], [0]], batch=[[], []]}",
        "y: add > div",
        "y: add > sum{axes=[0, 1]}",
      ].sort(),
    );
  });

  it("tells the rest in tooltips: whole texts, types, and where nodes were made if asked", () => {
    expect(node(parsed, "y: add").tooltip).toBe("y: add\nfloat32 [?, ?]");
    expect(node(parsePicture(graphSvg(y, { made: true })), "y: add").tooltip).toMatch(
      /^y: add\nfloat32 \[\?, \?\]\nmade at .*graph-svg\.test\.ts:\d+:\d+$/,
    );
    expect(node(parsed, "w").tooltip).toBe("shared variable w\nfloat32 [?, ?]\nkept by tensor-cpu");
    expect(parsed.edges.find(({ from, to }) => from === "w" && to !== "w")?.tooltip).toBe(
      "w\nfloat32 [?, ?]",
    );
  });

  it("explains the shapes that occur, and no others", () => {
    for (const text of ["input", "shared variable", "constant", "op", "output"])
      expect(parsed.texts).toContain(text);
    expect(parsed.texts).not.toContain("transfer");
    expect(parsePicture(graphSvg(y, { legend: false })).texts).not.toContain("shared variable");
  });

  it("writes lengths out, and draws what is there for its lengths alone", () => {
    const z = x.exp();
    const lengths = parsePicture(graphSvg(x.sum().div(size(x)).mul(size(z))));
    expect(textsOf(lengths, "length").length).toBe(2);
    expect(waysOf(lengths, "length")).toContainEqual(expect.stringMatching(/^exp > /));
  });

  it("numbers operands where their order matters", () => {
    expect(
      parsePicture(graphSvg(x.sub(y)))
        .texts.filter((text) => /^[01]$/.test(text))
        .sort(),
    ).toEqual(
      // of sub and of dot
      ["0", "0", "1", "1"],
    );
    expect(parsePicture(graphSvg(x.add(x.exp()))).texts).not.toContain("0");
  });
});

describe("a picture of a compiled function", () => {
  it("shows regions, updates back to their variables, and the signature", () => {
    const W = runtime.shared([1, 2], { name: "W" });
    const x = vector("x");
    const cost = x.mul(W).exp().sum();
    const step = runtime.compile([x], { cost }, { name: "step", updates: [[W, W.sub(grad(cost, W))]] });
    const parsed = parsePicture(graphSvg(step));
    expect(parsed.texts).toContain("step(x) → cost; updates W");
    expect(parsed.clusters.map(({ texts, tooltip }) => [texts, tooltip])).toEqual([
      [[], expect.stringMatching(/^region 1: \d+ nodes, run by tensor-cpu; values on host$/)],
    ]);
    expect(parsed.texts).toContain("#1 tensor-cpu");
    expect(waysOf(parsed, "update")).toEqual(["sub > W"]);
    expect(parsed.texts).toContain("new W");
    const placed = parsed.nodes.filter(({ tooltip }) => tooltip.includes("run by tensor-cpu"));
    expect(placed.length).toBeGreaterThan(3);
    expect(new Set(placed.map(({ within }) => within))).toEqual(new Set([parsed.clusters[0]?.id]));
    expect(node(parsed, "sub").tooltip).toContain("\nrun by tensor-cpu");
  });

  it("draws every update, also of variables that are exchanged or that nothing reads", () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => runtime.shared([1, 2], { name })) as unknown as [
      SharedVariable,
      SharedVariable,
      SharedVariable,
    ];
    const swap = runtime.compile([], null, {
      updates: [
        [a, b],
        [b, a],
        [c, a],
      ],
    });
    expect(waysOf(parsePicture(graphSvg(swap)), "update").sort()).toEqual(["a > b", "a > c", "b > a"]);
  });

  it("marks what is transferred, and gives each backend a colour", () => {
    const both = createRuntime({ plugins: [pretendDevice(["exp", "mul"]), tensorCpu] });
    const [v, x] = [both.shared([1, 2, 3], { name: "v" }), vector("x")];
    const f = both.compile([x], v.mul(x).exp().tanh(), { updates: [[v, v.exp().tanh()]] });
    const parsed = parsePicture(graphSvg(f));
    expect(parsed.clusters.map(({ kind, tooltip }) => [kind, tooltip.split("; ")[1]])).toEqual([
      ["region-0", "values on pretend"],
      ["region-1", "values on host"],
    ]);
    expect(waysOf(parsed, "transfer").sort()).toEqual(["exp > tanh", "exp > tanh", "x > mul"]);
    expect(parsed.texts.filter((text) => text === "pretend → host")).toHaveLength(2);
    expect(parsed.texts).toContain("host → pretend");
    expect(parsed.texts).toContain("new v, host → pretend");
  });

  it("shows ops of plugins, and constants of any kind", () => {
    const S = runtime.shared([[1, 0, 2]], { name: "S", format: "csr" });
    const parsed = parsePicture(graphSvg(runtime.compile([], dot(S, constant([1, 2, 3])).exp())));
    expect(parsed.texts).toEqual(expect.arrayContaining(["#1 sparse", "#2 tensor-cpu"]));
    expect(node(parsed, "S").texts[1]).toBe("csr float32 [?, ?] sparse");
    expect(textsOf(parsed, "op")).toContainEqual(expect.stringMatching(/^sparse/i));
    const opaque = new Constant(S.type, null, { name: "nothing" });
    expect(textsOf(parsePicture(graphSvg([opaque])), "constant")).toEqual(["nothing"]);
  });

  it("tells numbers of the host from what regions compute", () => {
    const [x, n] = [matrix("x"), lscalar("n")];
    const parsed = parsePicture(graphSvg(runtime.compile([x, n], [x.narrow(0, n.mul(2), 1), n.mul(2)])));
    const mul = node(parsed, "mul");
    expect(mul.tooltip).toContain("computed on the host at each call");
    expect(mul.within).toBeUndefined();
    expect(textsOf(parsed, "op")).toContainEqual(expect.stringMatching(/^slice\{starts=\[n \* 2, /));
  });
});

describe("a picture of loops and branches", () => {
  const x = vector("x");
  const [total, squares] = scan((sum, element) => [sum.add(element), element.mul(element)], {
    init: 0,
    sequences: x,
  });
  const chosen = ifElse(
    gt(total, 0),
    () => total.exp(),
    () => total.neg(),
  );

  it("draws the graphs inside as boxes between two ends", () => {
    const parsed = parsePicture(graphSvg([chosen, squares]));
    expect(parsed.texts).toEqual(
      expect.arrayContaining(["scan", "ifElse", "ifElse, graph 0", "ifElse, graph 1"]),
    );
    expect(textsOf(parsed, "input").sort()).toEqual(["<unnamed>", "<unnamed>", "carry", "x", "x[t]"]);
    expect(waysOf(parsed, "inner")).toEqual(
      expect.arrayContaining(["scan > carry", "scan > x[t]", "add > scan results", "mul > scan results"]),
    );
    const inside = (text: string) => parsed.clusters.find(({ id }) => id === node(parsed, text).within);
    expect(inside("exp")?.within).toBe(inside("ifElse results")?.id);
    expect(parsed.texts).toEqual(expect.arrayContaining([".0", ".1"]));
  });

  it("draws them as they were compiled, with the regions inside", () => {
    const parsed = parsePicture(graphSvg(runtime.compile([x], chosen)));
    const parents = new Map(parsed.clusters.map(({ id, within }) => [id, within]));
    const depth = (id: string | undefined): number => (id === undefined ? 0 : 1 + depth(parents.get(id)));
    expect(depth(node(parsed, "add").within)).toBe(3); // the loop's region, the loop, the region of its step
    expect(depth(node(parsed, "exp").within)).toBe(4); // and the branch
  });

  it("leaves them out where that is asked for", () => {
    const parsed = parsePicture(graphSvg([chosen, squares], { inner: false }));
    expect(parsed.clusters).toEqual([]);
    expect(textsOf(parsed, "op")).toEqual(expect.arrayContaining(["scan", "ifElse"]));
  });
});

describe("options", () => {
  const x = vector("x");

  it("set the title, the direction, the theme, and leave types out", () => {
    const y = x.exp();
    expect(parsePicture(graphSvg(y, { title: "a & b" })).texts).toContain("a & b");
    const [across, down] = [parsePicture(graphSvg(y, { direction: "right" })), parsePicture(graphSvg(y))];
    expect(node(across, "x").box.right).toBeLessThan(node(across, "exp").box.left);
    expect(node(down, "x").box.bottom).toBeLessThan(node(down, "exp").box.top);
    expect(node(parsePicture(graphSvg(y, { types: false })), "exp").texts).toEqual(["exp"]);
    const styles = (["auto", "light", "dark"] as const).map(
      (theme) => parsePicture(graphSvg(y, { theme })).style,
    );
    expect(styles.map((style) => style.includes("prefers-color-scheme: dark"))).toEqual([true, false, false]);
    expect(new Set(styles).size).toBe(3);
  });

  it("are checked", () => {
    for (const options of [{ direction: "up" }, { theme: "blue" }, { maxNodes: 0 }, { maxNodes: 1.5 }]) {
      try {
        graphSvg(x.exp(), options as never);
        expect.unreachable(JSON.stringify(options));
      } catch (error) {
        expect(isBitaleError(error, "BAD_OPTION"), String(error)).toBe(true);
      }
    }
  });

  it("names that XML cannot hold as they are", () => {
    const named = vector("<a & \"b\" 'c'>\u0000\ud800 ]]>");
    const y = named.exp();
    const parsed = parsePicture(graphSvg(compile([named], y)));
    expect(textsOf(parsed, "input")).toEqual(["<a & \"b\" 'c'>□□ ]]>"]);
  });
});
