/** The filters of hidden units: the weights that lead to each, as an image. */
import { tilesSvg } from "./tiles.js";

export interface Filters {
  readonly title: string;
  readonly subtitle: string;
  /** [side · side, units], row-major */
  readonly weights: ArrayLike<number>;
  /** Rows of a filter, and its columns. */
  readonly side: number;
  /** How many are drawn: those with the largest weights. Default 100. */
  readonly count?: number | undefined;
}

/** The picture as SVG, ten filters in a row, the one with the largest weights first. */
export function filtersSvg({ title, subtitle, weights, side, count = 100 }: Filters): Promise<string> {
  const pixels = side * side;
  const units = weights.length / pixels;
  const filters = Array.from({ length: units }, (_, unit) => {
    const values = Float32Array.from({ length: pixels }, (_, pixel) => weights[pixel * units + unit] ?? 0);
    return { values, size: values.reduce((total, value) => total + value * value, 0) };
  });
  const tiles = filters.sort((first, second) => second.size - first.size).slice(0, count);
  const limit = limitOf(tiles);
  return tilesSvg({ title, subtitle, tiles, side, columns: 10, cell: 2, legend: "weight", limit });
}

/** A size that one weight in a hundred exceeds: single large ones would leave all others pale. */
function limitOf(tiles: readonly { readonly values: Float32Array }[]): number {
  const sizes = Float32Array.from(tiles.flatMap(({ values }) => [...values.map(Math.abs)])).sort();
  return sizes[Math.floor(sizes.length * 0.99)] ?? 1;
}
