/** Square images as tiles: weight templates, the filters of hidden units, pictures. */
import type { Spec } from "vega";
import { drawSvg } from "./draw.js";

export interface Tile {
  /** Above the tile. */
  readonly title?: string | undefined;
  /** side · side values, row after row. */
  readonly values: ArrayLike<number>;
}

export interface Tiles {
  readonly title: string;
  readonly subtitle: string;
  readonly tiles: readonly Tile[];
  /** Rows of a tile, and its columns. */
  readonly side: number;
  /** Tiles in a row. */
  readonly columns: number;
  /** Units of one value's square: whole, so that squares meet without seams. */
  readonly cell: number;
  /** What a value is, above the colours. */
  readonly legend: string;
  /** Red above 0 and blue below (default), or greys from 0 up. */
  readonly colours?: "redblue" | "greys" | undefined;
  /** The value of the strongest colour; larger ones look like it. Default: the largest there is. */
  readonly limit?: number | undefined;
}

/** The picture as SVG. */
export function tilesSvg(picture: Tiles): Promise<string> {
  const { title, subtitle, tiles, side, columns, cell, legend, colours = "redblue", limit } = picture;
  const signed = colours === "redblue";
  const values = tiles.flatMap(({ title = "", values }, tile) =>
    Array.from({ length: side * side }, (_, at) => ({
      tile,
      title,
      x: (at % side) * cell,
      y: Math.floor(at / side) * cell,
      value: values[at] ?? 0,
    })),
  );
  const largest = limit ?? values.reduce((so, { value }) => Math.max(so, Math.abs(value)), 0);
  const hasTitles = tiles.some(({ title }) => title !== undefined);
  const strongest = largest || 1;
  const rows = Math.ceil(tiles.length / columns);
  const spec: Spec = {
    padding: 14,
    title: { text: title, subtitle, anchor: "start", offset: 8 },
    data: [{ name: "values", values }],
    scales: [
      {
        name: "value",
        type: "linear",
        domain: signed ? [-strongest, 0, strongest] : [0, strongest],
        range: signed ? { scheme: "redblue" } : ["#ffffff", "#000000"],
        reverse: signed,
        clamp: true,
      },
    ],
    legends: [
      {
        fill: "value",
        type: "gradient",
        title: legend,
        orient: "right",
        gradientLength: Math.min(2 * side * cell + 20, rows * side * cell),
        gradientThickness: 14,
        tickCount: 7,
        encode: {
          labels: {
            update: {
              text: { signal: `datum.value === 0 ? '0' : format(datum.value, '${signed ? "+" : ""}.2~g')` },
            },
          },
        },
        offset: 24,
      },
    ],
    layout: {
      columns,
      padding: hasTitles ? { row: 16, column: 14 } : { row: 4, column: 4 },
      align: "all",
    },
    marks: [
      {
        type: "group",
        from: { facet: { name: "one", data: "values", groupby: ["tile", "title"] } },
        sort: { field: "datum.tile" },
        encode: {
          update: {
            width: { value: side * cell },
            height: { value: side * cell },
            stroke: { value: "#bbbbbb" },
            strokeForeground: { value: true },
          },
        },
        ...(hasTitles && { title: { text: { signal: "parent.title" }, fontSize: 14, offset: 4 } }),
        marks: [
          {
            type: "rect",
            from: { data: "one" },
            encode: {
              update: {
                x: { field: "x" },
                y: { field: "y" },
                width: { value: cell },
                height: { value: cell },
                fill: { scale: "value", field: "value" },
              },
            },
          },
        ],
      },
    ],
  };
  return drawSvg(spec);
}
