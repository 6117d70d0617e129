import { expect, test } from "vitest";
import { weightTemplatesSvg } from "../../../examples/logistic-regression/dist/weight-templates.js";

test("each pixel of each digit has its own weight, at its own place", async () => {
  const weights = new Float32Array(784 * 10);
  weights[(2 * 28 + 5) * 10 + 3] = 2; // row 2, column 5 speaks for 3,
  weights[783 * 10 + 9] = -2; // the last pixel against 9
  const svg = await weightTemplatesSvg(weights);
  const squares = [...svg.matchAll(/<path d="M(\d+),(\d+)h4v4h-4Z" fill="([^"]+)"/g)];
  expect(squares.length).toBe(7840);
  const neutral = squares[0]?.[3];
  const coloured = squares.flatMap(([, x, y, fill], at) => (fill === neutral ? [] : [[at, x, y]]));
  expect(coloured).toEqual([
    [3 * 784 + 2 * 28 + 5, `${5 * 4}`, `${2 * 4}`],
    [9 * 784 + 783, `${27 * 4}`, `${27 * 4}`],
  ]);
  for (let digit = 0; digit < 10; digit++) expect(svg).toMatch(new RegExp(`>${digit}</text>`));
});
