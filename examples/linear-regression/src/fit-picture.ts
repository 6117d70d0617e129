/** The plot of the fit: each car a dot, and the line of some years. */
import { drawSvg, type Spec } from "@bitale/example-charts";
import { type Cars, firstYear } from "./cars.js";
import type { Coefficients } from "./model.js";

/** Years that get a line; colours run from the first to the last. */
const years = [1970, 1976, 1982];

/**
 * The picture as SVG.
 *
 * @param fit its slopes are those of weight and year
 */
export function fitSvg(cars: Cars, fit: Coefficients, subtitle: string): Promise<string> {
  const [ofWeight = 0, ofYear = 0] = fit.slopes;
  const dots = Array.from({ length: cars.count }, (_, i) => ({
    weight: cars.weight[i],
    year: firstYear + (cars.year[i] ?? 0),
    consumption: cars.consumption[i],
  }));
  const from = Math.min(...cars.weight);
  const to = Math.max(...cars.weight);
  const lines = years.flatMap((year) =>
    [from, to].map((weight) => ({
      weight,
      year,
      consumption: fit.intercept + ofWeight * weight + ofYear * (year - firstYear),
    })),
  );
  const ends = lines.filter(({ weight }) => weight === to);
  const place = {
    x: { scale: "weight", field: "weight" },
    y: { scale: "consumption", field: "consumption" },
  };
  const colour = { scale: "year", field: "year" };
  const spec: Spec = {
    width: 640,
    height: 400,
    padding: 14,
    title: { text: "Fuel that cars need, by weight and year", subtitle, anchor: "start", offset: 10 },
    data: [
      { name: "cars", values: dots },
      { name: "lines", values: lines },
      { name: "ends", values: ends },
    ],
    scales: [
      { name: "weight", type: "linear", range: "width", domain: [0.6, 2.6], zero: false },
      {
        name: "consumption",
        type: "linear",
        range: "height",
        domain: { data: "cars", field: "consumption" },
        nice: true,
        zero: true,
      },
      {
        name: "year",
        type: "linear",
        range: { scheme: "plasma", extent: [0.05, 0.8] },
        domain: [Math.min(...years), Math.max(...years)],
      },
    ],
    axes: [
      { orient: "bottom", scale: "weight", grid: true, title: "Weight (t)", titlePadding: 8 },
      { orient: "left", scale: "consumption", grid: true, title: "Consumption (l/100 km)", titlePadding: 8 },
    ],
    legends: [
      { fill: "year", type: "gradient", title: "model year", format: "d", gradientLength: 160, offset: 44 },
    ],
    marks: [
      {
        type: "symbol",
        from: { data: "cars" },
        encode: { update: { ...place, fill: colour, fillOpacity: { value: 0.65 }, size: { value: 30 } } },
      },
      {
        type: "group",
        from: { facet: { name: "line", data: "lines", groupby: "year" } },
        marks: [
          {
            type: "line",
            from: { data: "line" },
            encode: { update: { ...place, stroke: colour, strokeWidth: { value: 2.5 } } },
          },
        ],
      },
      {
        type: "text",
        from: { data: "ends" },
        encode: {
          update: {
            ...place,
            text: { field: "year" },
            dx: { value: 6 },
            baseline: { value: "middle" },
            fontSize: { value: 11 },
          },
        },
      },
    ],
  };
  return drawSvg(spec);
}
