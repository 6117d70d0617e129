import { describe, expect, test } from "vitest";
import { drawPng, type LinePanel, linePanelsSvg, tilesSvg } from "../../../examples/charts/dist/index.js";
import { sizeOfPng } from "./png.js";

describe("drawPng", () => {
  const picture = (inner: string) =>
    drawPng(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">${inner}</svg>`, 2);

  test("scales to whole pixels", () => {
    expect(sizeOfPng(picture(""))).toEqual([80, 40]);
  });

  test("draws text on a machine without fonts: the font comes from a package", () => {
    const letters = (weight: string) =>
      picture(`<text x="2" y="15" font-family="DejaVu Sans" font-weight="${weight}">Wb</text>`);
    expect(letters("normal")).not.toEqual(picture(""));
    expect(letters("bold")).not.toEqual(letters("normal"));
  });
});

describe("linePanelsSvg", () => {
  const panel = (ys: readonly number[], scale?: "log"): LinePanel => ({
    title: "Perplexity",
    scale,
    series: [{ name: "train", colour: "#123456", points: ys.map((y, i) => ({ x: i + 1, y })) }],
  });
  const draw = (...panels: LinePanel[]) =>
    linePanelsSvg({ title: "A title", subtitle: "a subtitle", axis: "Epoch", panels, mark: 1 });

  test("has a title, axes with units, and a legend where there are several series", async () => {
    const other = { name: "validation", colour: "#654321", points: [{ x: 1, y: 2 }] };
    const one = panel([3, 2, 1]);
    const svg = await draw(one, { ...one, series: [...one.series, other] });
    for (const text of ["A title", "a subtitle", "Epoch", "Perplexity", "validation", "#654321"]) {
      expect(svg).toContain(text);
    }
    expect(await draw(one)).not.toContain("train");
    const [width, height] = sizeOfPng(drawPng(svg, 1));
    expect(width).toBeGreaterThan(600);
    expect(height).toBeGreaterThan(400);
  });

  test("a line runs through its points: the first at the top where values fall", async () => {
    const [, path = ""] = (await draw(panel([4, 2, 1]))).match(/<path d="(M[^"]+)" stroke="#123456"/) ?? [];
    const points = [...path.matchAll(/([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(points.length).toBe(3);
    for (const [at, [x, y]] of points.entries()) {
      if (at === 0) continue;
      expect(x).toBeGreaterThan(points[at - 1]?.[0] as number);
      expect(y).toBeGreaterThan(points[at - 1]?.[1] as number);
    }
  });

  test("on a logarithmic axis equal factors are equal steps", async () => {
    const [, path = ""] =
      (await draw(panel([100, 10, 1, 0], "log"))).match(/<path d="(M[^"]+)" stroke="#123456"/) ?? [];
    const ys = [...path.matchAll(/[\d.]+,([\d.]+)/g)].map(([, y]) => Number(y));
    expect(ys.length).toBe(3); // 0 has no place
    expect((ys[1] as number) - (ys[0] as number)).toBeCloseTo((ys[2] as number) - (ys[1] as number), 3);
  });

  test.each<[string, readonly number[]]>([
    ["one point", [0.5]],
    ["no point", []],
    ["values that are not finite", [Number.NaN, Number.POSITIVE_INFINITY]],
    ["only zeros", [0, 0]],
  ])("%s: drawn without a hole in the numbers", async (_name, ys) => {
    for (const svg of [await draw(panel(ys)), await draw(panel(ys, "log"))]) {
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      sizeOfPng(drawPng(svg, 1));
    }
  });
});

describe("tilesSvg", () => {
  /** All squares in the order in which they are drawn: tile after tile, row after row. */
  const squaresOf = (svg: string) =>
    [...svg.matchAll(/<path d="M(\d+),(\d+)h4v4h-4Z" fill="([^"]+)"/g)].map(([, x, y, fill]) => ({
      column: Number(x) / 4,
      row: Number(y) / 4,
      fill: fill as string,
    }));
  const draw = (tiles: readonly (readonly number[])[], limit?: number) => {
    const drawn = tiles.map((values, at) => ({ title: `tile ${at}`, values }));
    const words = { title: "Weights", subtitle: "red for, blue against", legend: "weight" };
    return tilesSvg({ ...words, tiles: drawn, side: 3, columns: 2, cell: 4, limit });
  };

  test("each value of each tile has its own square, red above 0 and blue below", async () => {
    const tiles = [0, 1, 2].map(() => new Array<number>(9).fill(0));
    (tiles[1] as number[])[5] = 2; // row 1, column 2
    (tiles[2] as number[])[8] = -2;
    const svg = await draw(tiles);
    const squares = squaresOf(svg);
    expect(squares.length).toBe(27);
    const neutral = squares[0]?.fill;
    const coloured = squares.flatMap((square, at) => (square.fill === neutral ? [] : [{ at, ...square }]));
    expect(coloured).toEqual([
      { at: 9 + 5, row: 1, column: 2, fill: expect.any(String) },
      { at: 18 + 8, row: 2, column: 2, fill: expect.any(String) },
    ]);
    const redness = coloured.map(({ fill }) => {
      const [red = 0, , blue = 0] = (fill.match(/\d+/g) ?? []).map(Number);
      return Math.sign(red - blue);
    });
    expect(redness).toEqual([1, -1]);
    for (let tile = 0; tile < 3; tile++) expect(svg).toContain(`>tile ${tile}</text>`);
  });

  test("beyond the limit colours are those of the limit", async () => {
    const [first, second, third] = squaresOf(await draw([[1, 5, 0.5, 0, 0, 0, 0, 0, 0]], 1));
    expect(first?.fill).toBe(second?.fill);
    expect(third?.fill).not.toBe(first?.fill);
  });

  test("zeros are drawn too", async () => {
    const svg = await draw([new Array<number>(9).fill(0)]);
    expect(new Set(squaresOf(svg).map(({ fill }) => fill)).size).toBe(1);
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});
