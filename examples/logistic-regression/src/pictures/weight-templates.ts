/** The ten weight templates: how much each pixel speaks for a digit, or against it. */
import type { Spec } from "vega";
import { drawSvg } from "./draw.js";

const side = 28;
const classes = 10;
/** Units of one pixel's square: whole, so that squares meet without seams. */
const cell = 4;

/**
 * The picture as SVG.
 *
 * @param weights W [784, 10], row-major
 */
export function weightTemplatesSvg(weights: ArrayLike<number>): Promise<string> {
  const values = Array.from({ length: side * side * classes }, (_, at) => {
    const pixel = Math.floor(at / classes);
    return {
      digit: at % classes,
      x: (pixel % side) * cell,
      y: Math.floor(pixel / side) * cell,
      weight: weights[at] ?? 0,
    };
  });
  const largest = values.reduce((so, { weight }) => Math.max(so, Math.abs(weight)), 0) || 1;
  const spec: Spec = {
    padding: 14,
    title: {
      text: "Weights of logistic regression on MNIST, one template per digit",
      subtitle: "red pixels speak for the digit, blue ones against it",
      anchor: "start",
      offset: 8,
    },
    data: [{ name: "weights", values }],
    scales: [
      {
        name: "weight",
        type: "linear",
        domain: [-largest, 0, largest],
        range: { scheme: "redblue" },
        reverse: true,
      },
    ],
    legends: [
      {
        fill: "weight",
        type: "gradient",
        title: "weight",
        orient: "right",
        gradientLength: 2 * side * cell + 20,
        gradientThickness: 14,
        tickCount: 7,
        encode: {
          labels: {
            update: { text: { signal: "datum.value === 0 ? '0' : format(datum.value, '+.1f')" } },
          },
        },
        offset: 24,
      },
    ],
    layout: { columns: 5, padding: { row: 16, column: 14 }, align: "all" },
    marks: [
      {
        type: "group",
        from: { facet: { name: "template", data: "weights", groupby: "digit" } },
        sort: { field: "datum.digit" },
        encode: {
          update: {
            width: { value: side * cell },
            height: { value: side * cell },
            stroke: { value: "#bbbbbb" },
            strokeForeground: { value: true },
          },
        },
        title: { text: { signal: "'' + parent.digit" }, fontSize: 14, offset: 4 },
        marks: [
          {
            type: "rect",
            from: { data: "template" },
            encode: {
              update: {
                x: { field: "x" },
                y: { field: "y" },
                width: { value: cell },
                height: { value: cell },
                fill: { scale: "weight", field: "weight" },
              },
            },
          },
        ],
      },
    ],
  };
  return drawSvg(spec);
}
