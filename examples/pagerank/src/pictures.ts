/** The pictures: airports on the map, and how the iteration converges. */
import { colours, drawSvg, linePanelsSvg, type Spec } from "@bitale/example-charts";
import type { Airport } from "./flights.js";

const width = 760;
const height = 470;
/** Airports with their letters on the map. */
const labelled = 15;

/**
 * The map of the USA with a dot for each airport, its area as its rank, as SVG. Airports outside of the states (such as
 * those of Puerto Rico) are not on the map.
 *
 * @param states their outlines as TopoJSON
 */
export function mapSvg(
  airports: readonly Airport[],
  ranks: ArrayLike<number>,
  states: object,
  subtitle: string,
): Promise<string> {
  const dots = airports
    .map(({ code, longitude, latitude }, at) => ({ code, longitude, latitude, rank: (ranks[at] ?? 0) * 100 }))
    .sort((first, second) => second.rank - first.rank)
    .map((dot, place) => ({ ...dot, label: place < labelled ? dot.code : "" }));
  const spec: Spec = {
    width,
    height,
    padding: 14,
    title: { text: "PageRank of the airports of the USA", subtitle, anchor: "start", offset: 10 },
    data: [
      { name: "states", values: states, format: { type: "topojson", feature: "states" } },
      {
        name: "airports",
        values: dots,
        transform: [
          { type: "geopoint", projection: "map", fields: ["longitude", "latitude"], as: ["x", "y"] },
          { type: "filter", expr: "isValid(datum.x) && isValid(datum.y)" },
        ],
      },
    ],
    projections: [
      { name: "map", type: "albersUsa", fit: { signal: "data('states')" }, size: [width, height] },
    ],
    scales: [
      // The area of a dot, not its radius, is as the rank.
      {
        name: "area",
        type: "linear",
        domain: { data: "airports", field: "rank" },
        range: [0, 900],
        zero: true,
      },
    ],
    legends: [
      {
        size: "area",
        title: "PageRank (%)",
        format: ".0f",
        symbolFillColor: colours.second,
        symbolOpacity: 0.6,
        symbolStrokeColor: "#ffffff",
        orient: "right",
        values: [1, 3, 6],
      },
    ],
    marks: [
      {
        type: "shape",
        from: { data: "states" },
        encode: { update: { fill: { value: "#f0f0f0" }, stroke: { value: "#bbbbbb" } } },
        transform: [{ type: "geoshape", projection: "map" }],
      },
      {
        type: "symbol",
        from: { data: "airports" },
        encode: {
          update: {
            x: { field: "x" },
            y: { field: "y" },
            size: { scale: "area", field: "rank" },
            fill: { value: colours.second },
            fillOpacity: { value: 0.6 },
            stroke: { value: "#ffffff" },
            strokeWidth: { value: 0.5 },
          },
        },
      },
      {
        type: "text",
        from: { data: "airports" },
        encode: {
          update: {
            x: { field: "x" },
            y: { field: "y" },
            text: { field: "label" },
            align: { value: "center" },
            baseline: { value: "middle" },
            fontSize: { value: 10 },
            fontWeight: { value: "bold" },
          },
        },
      },
    ],
  };
  return drawSvg(spec);
}

/** The changes of the iterations beside what theory promises: each at most d times the one before, as SVG. */
export function convergenceSvg(changes: readonly number[], damping: number): Promise<string> {
  const [first = 1] = changes;
  const points = (value: (at: number) => number) => changes.map((_, at) => ({ x: at + 1, y: value(at) }));
  return linePanelsSvg({
    title: "Convergence of PageRank",
    subtitle: `change of all ranks together in an iteration, damping ${damping}`,
    axis: "Iteration",
    panels: [
      {
        title: "Change (sum of sizes)",
        scale: "log",
        series: [
          { name: "measured", colour: colours.second, points: points((at) => changes[at] as number) },
          {
            name: `at most ${damping} of the one before`,
            colour: colours.third,
            points: points((at) => first * damping ** at),
          },
        ],
      },
    ],
  });
}
