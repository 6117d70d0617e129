/** The ten weight templates: how much each pixel speaks for a digit, or against it. */
import { tilesSvg } from "@bitale/example-charts";
import { imageSide, pixels } from "@bitale/example-mnist";

const classes = 10;

/**
 * The picture as SVG.
 *
 * @param weights W [784, 10], row-major
 */
export function weightTemplatesSvg(weights: ArrayLike<number>): Promise<string> {
  return tilesSvg({
    title: "Weights of logistic regression on MNIST, one template per digit",
    subtitle: "red pixels speak for the digit, blue ones against it",
    tiles: Array.from({ length: classes }, (_, digit) => ({
      title: `${digit}`,
      values: Float32Array.from({ length: pixels }, (_, pixel) => weights[pixel * classes + digit] ?? 0),
    })),
    side: imageSide,
    columns: 5,
    cell: 4,
    legend: "weight",
  });
}
