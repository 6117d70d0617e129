/** Where things stand: nothing overlaps, everything fits, the same graph gives the same text, huge graphs are cut. */
import {
  Apply,
  createRuntime,
  grad,
  gt,
  ifElse,
  type Op,
  scan,
  sum,
  type TensorVariable,
  vector,
} from "@bitale/core";
import { type GraphPictureOptions, graphSvg } from "@bitale/graph-picture";
import { plugin as tensorCpu } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pretendDevice } from "../pretend-device.js";
import { type Box, type ParsedPicture, type Part, parsePicture } from "./parsed-picture.js";

const runtime = createRuntime({ plugins: [pretendDevice(["exp", "mul", "sum", "add"]), tensorCpu] });

/** One more value, out of those that there are. */
type Growth = { readonly op: (typeof ops)[number]; readonly a: number; readonly b: number };
const ops = ["add", "mul", "exp", "tanh", "scan", "ifElse", "narrow"] as const;

function grow(values: TensorVariable[], { op, a, b }: Growth): void {
  const [x, y] = [values[a % values.length], values[b % values.length]] as [TensorVariable, TensorVariable];
  const next = (): TensorVariable => {
    switch (op) {
      case "scan":
        return scan((carry, element) => [carry.mul(element).add(sum(y)), carry], {
          init: 1,
          sequences: x,
        })[1];
      case "ifElse":
        return ifElse(
          gt(sum(x), 0),
          () => x.exp(),
          () => y.neg(),
        );
      case "narrow":
        return x.narrow(0, 0, 1).add(y);
      case "exp":
      case "tanh":
        return x[op]();
      default:
        return x[op](y);
    }
  };
  values.push(next());
}

const growths = fc.array(fc.record({ op: fc.constantFrom(...ops), a: fc.nat(20), b: fc.nat(20) }), {
  minLength: 1,
  maxLength: 9,
});
const settings = fc.record({
  direction: fc.constantFrom("down", "right"),
  types: fc.boolean(),
  inner: fc.boolean(),
  maxNodes: fc.constantFrom(3, 12, 150),
} satisfies { [K in keyof GraphPictureOptions]: unknown });

const overlaps = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const contains = (outer: Box, inner: Box): boolean =>
  outer.left <= inner.left &&
  outer.right >= inner.right &&
  outer.top <= inner.top &&
  outer.bottom >= inner.bottom;

/** What overlaps, sticks out of its box, or leaves the page. */
function faults({ nodes, clusters, width, height }: ParsedPicture): string[] {
  const boxes = new Map(clusters.map((cluster) => [cluster.id, cluster]));
  const around = ({ within }: Part): Part[] => {
    const cluster = within === undefined ? undefined : boxes.get(within);
    return cluster === undefined ? [] : [cluster, ...around(cluster)];
  };
  const all = [...nodes, ...clusters];
  const name = (part: Part): string => `${part.kind} ${part.id} ${part.texts[0] ?? ""}`;
  return all.flatMap((part, i) => {
    const outer = around(part);
    return [
      ...outer
        .filter((box) => !contains(box.box, part.box))
        .map((box) => `${name(part)} leaves ${name(box)}`),
      ...all
        .slice(i + 1)
        .filter((other) => !outer.includes(other) && !around(other).includes(part))
        .filter((other) => overlaps(part.box, other.box))
        .map((other) => `${name(part)} overlaps ${name(other)}`),
      ...(contains({ left: 0, top: -1e9, right: width, bottom: height }, part.box)
        ? []
        : [`${name(part)} off the page`]),
    ];
  });
}

describe("the layout", () => {
  it("lets nothing overlap or stick out, of expressions and of compiled functions", () => {
    fc.assert(
      fc.property(growths, settings, fc.boolean(), (list, options, compiled) => {
        const w = runtime.shared([1, 2, 3], { name: "w" });
        const values: TensorVariable[] = [vector("x"), w as TensorVariable];
        for (const growth of list) grow(values, growth);
        const results = values.slice(-2);
        const target = compiled
          ? runtime.compile([values[0] as TensorVariable], results, {
              onUnusedInput: "ignore",
              updates: [[w, values.at(-1) as TensorVariable]],
            })
          : results;
        expect(faults(parsePicture(graphSvg(target, options)))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it("makes boxes as wide as their texts", () => {
    const named = vector("a rather long name, and 漢字 beside it");
    const { nodes } = parsePicture(graphSvg(named.expandDims(0).sum()));
    for (const { texts, box } of nodes) {
      const columns = [...(texts[0] as string)].reduce((n, c) => n + (c > "\u2e80" ? 2 : 1), 0);
      expect(box.right - box.left).toBeGreaterThan(columns * 0.602 * 12);
    }
  });

  it("is the same for the same graph", () => {
    const build = () => {
      const w = runtime.shared([1, 2, 3], { name: "w" });
      const x = vector("x");
      const [total] = scan((sum, element) => [sum.add(element.mul(w)), undefined], {
        init: w.mul(1),
        sequences: x,
      });
      const cost = total.tanh().sum();
      return runtime.compile([x], cost, { updates: [[w, w.sub(grad(cost, w))]] });
    };
    const f = build();
    expect(graphSvg(f)).toBe(graphSvg(f));
    expect(graphSvg(build())).toBe(graphSvg(f));
  });
});

describe("a graph that is too large", () => {
  const opsIn = ({ nodes }: ParsedPicture): number => nodes.filter(({ kind }) => kind === "op").length;
  function chain(length: number): TensorVariable {
    const x = vector("x");
    let y = x.exp();
    for (let i = 1; i < length; i++) y = new Apply(y.owner?.op as Op, [y]).output as typeof y;
    return y;
  }

  it("is cut to what is nearest to the results, and says so", () => {
    const y = chain(500);
    const parsed = parsePicture(graphSvg(y.neg(), { maxNodes: 20 }));
    expect(opsIn(parsed)).toBe(20);
    expect(parsed.nodes.filter(({ kind }) => kind === "more")).toHaveLength(1);
    expect(parsed.texts).toContainEqual(expect.stringMatching(/^20 of 501 ops are drawn/));
    expect(parsed.nodes.some(({ texts }) => texts[0] === "neg")).toBe(true);
    expect(parsed.nodes.some(({ texts }) => texts[0] === "x")).toBe(false);
    expect(opsIn(parsePicture(graphSvg(chain(100))))).toBe(100);
  });

  it("takes no longer for 100,000 nodes than it must", () => {
    const parsed = parsePicture(graphSvg(chain(100_000)));
    expect(opsIn(parsed)).toBe(150);
    expect(parsed.texts).toContainEqual(expect.stringMatching(/^150 of 100000 ops are drawn/));
  });

  it("counts what is inside of loops", () => {
    const x = vector("x");
    const [total] = scan((sum, element) => [sum.exp().neg().add(element), undefined], {
      init: 0,
      sequences: x,
    });
    const parsed = parsePicture(graphSvg(runtime.compile([x], total)));
    expect(parsed.texts.some((text) => text.includes("ops are drawn"))).toBe(false);
    expect(parsePicture(graphSvg(total, { maxNodes: 2 })).texts).toContainEqual(
      expect.stringMatching(/^2 of 4 ops are drawn/),
    );
  });
});
