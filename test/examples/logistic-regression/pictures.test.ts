import { describe, expect, test } from "vitest";
import type { EpochResult } from "../../../examples/logistic-regression/dist/history.js";
import { drawPng } from "../../../examples/logistic-regression/dist/pictures/draw.js";
import { learningCurveSvg } from "../../../examples/logistic-regression/dist/pictures/learning-curve.js";
import { weightTemplatesSvg } from "../../../examples/logistic-regression/dist/pictures/weight-templates.js";

const epoch = (number: number, part: Partial<EpochResult> = {}): EpochResult => ({
  epoch: number,
  cost: 1 / number,
  validationError: 0.2 / number,
  testError: 0.19 / number,
  ...part,
});

/** Width and height in pixels, from the first chunk of a PNG. */
function sizeOf(png: Uint8Array): [number, number] {
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

describe("drawPng", () => {
  const picture = (inner: string) =>
    drawPng(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">${inner}</svg>`, 2);

  test("scales to whole pixels", () => {
    expect(sizeOf(picture(""))).toEqual([80, 40]);
  });

  test("draws text on a machine without fonts: the font comes from a package", () => {
    const letters = (weight: string) =>
      picture(`<text x="2" y="15" font-family="DejaVu Sans" font-weight="${weight}">Wb</text>`);
    expect(letters("normal")).not.toEqual(picture(""));
    expect(letters("bold")).not.toEqual(letters("normal"));
  });
});

describe("learningCurveSvg", () => {
  test("has a title, axes with units and a legend", async () => {
    const history = [epoch(1), epoch(2, { testError: undefined }), epoch(3)];
    const svg = await learningCurveSvg({ history, backend: "tensor-cpu", bestEpoch: 3 });
    for (const text of [
      "Logistic regression on MNIST",
      "tensor-cpu",
      "Epoch",
      "Error (%)",
      "NLL",
      "validation",
    ]) {
      expect(svg).toContain(text);
    }
    const [width, height] = sizeOf(drawPng(svg, 1));
    expect(width).toBeGreaterThan(600);
    expect(height).toBeGreaterThan(400);
  });

  test.each<[string, EpochResult[]]>([
    ["one epoch", [epoch(1)]],
    [
      "an epoch that patience cut short",
      [epoch(1), epoch(2, { validationError: undefined, testError: undefined })],
    ],
    [
      "a cost that is not finite",
      [epoch(1, { cost: Number.NaN }), epoch(2, { cost: Number.POSITIVE_INFINITY })],
    ],
    ["no error at all", [epoch(1, { cost: 0, validationError: 0, testError: 0 })]],
  ])("%s is drawn without a hole in the numbers", async (_name, history) => {
    const svg = await learningCurveSvg({ history, backend: "sparse", bestEpoch: 1 });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    sizeOf(drawPng(svg, 1));
  });
});

describe("weightTemplatesSvg", () => {
  /** All squares in the order in which they are drawn: digit after digit, row after row. */
  const squaresOf = (svg: string) =>
    [...svg.matchAll(/<path d="M(\d+),(\d+)h4v4h-4Z" fill="([^"]+)"/g)].map(([, x, y, fill]) => ({
      column: Number(x) / 4,
      row: Number(y) / 4,
      fill: fill as string,
    }));

  test("each pixel of each digit has its own weight, at its own place", async () => {
    const weights = new Float32Array(784 * 10);
    weights[(2 * 28 + 5) * 10 + 3] = 2; // row 2, column 5 speaks for 3,
    weights[783 * 10 + 9] = -2; // the last pixel against 9
    const svg = await weightTemplatesSvg(weights);
    const squares = squaresOf(svg);
    expect(squares.length).toBe(7840);
    const neutral = squares[0]?.fill;
    const coloured = squares.flatMap((square, at) => (square.fill === neutral ? [] : [{ at, ...square }]));
    expect(coloured).toEqual([
      { at: 3 * 784 + 2 * 28 + 5, row: 2, column: 5, fill: expect.any(String) },
      { at: 9 * 784 + 783, row: 27, column: 27, fill: expect.any(String) },
    ]);
    // Red for, blue against: what the subtitle says.
    const redness = coloured.map(({ fill }) => {
      const [red = 0, , blue = 0] = (fill.match(/\d+/g) ?? []).map(Number);
      return Math.sign(red - blue);
    });
    expect(redness).toEqual([1, -1]);
    for (let digit = 0; digit < 10; digit++) expect(svg).toMatch(new RegExp(`>${digit}</text>`));
  });

  test("untrained weights are drawn too", async () => {
    const svg = await weightTemplatesSvg(new Float32Array(7840));
    expect(new Set(squaresOf(svg).map(({ fill }) => fill)).size).toBe(1);
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});
