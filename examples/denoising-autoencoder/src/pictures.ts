/** The pictures of a run: costs, filters, and images before and after. */
import type { NDArray } from "@bitale/core";
import { colours, filtersSvg, linePanelsSvg, tilesSvg } from "@bitale/example-charts";
import { imageSide, pixels } from "@bitale/example-mnist";
import type { Autoencoder } from "./model.js";
import type { EpochResult } from "./training.js";

/** Training and validation costs by epoch, as SVG. */
export const costsSvg = (history: readonly EpochResult[], backend: string): Promise<string> =>
  linePanelsSvg({
    title: "Denoising autoencoder on MNIST",
    subtitle: `backend ${backend}; cross-entropy of the images and what is restored of them`,
    axis: "Epoch",
    panels: [
      {
        title: "Cost (nats an image)",
        series: [
          {
            name: "training",
            colour: colours.first,
            points: history.map(({ epoch, trainCost }) => ({ x: epoch, y: trainCost })),
          },
          {
            name: "validation",
            colour: colours.second,
            points: history.map(({ epoch, validationCost }) => ({ x: epoch, y: validationCost })),
          },
        ],
      },
    ],
  });

/** The filters of the first hidden units as SVG. @param W [784, hidden] */
export const hiddenFiltersSvg = (W: NDArray): Promise<string> =>
  filtersSvg({
    title: "Filters of the denoising autoencoder",
    subtitle: `the 100 of ${W.shape[1]} hidden units with the largest weights; red raises, blue lowers`,
    weights: W.flat() as Float32Array,
    side: imageSide,
  });

type Denoised = Awaited<ReturnType<Autoencoder["denoise"]>>;

/** Ten test images, with pixels dropped, and what the model restores, below one another, as SVG. */
export function denoisedSvg({ image, corrupted, restored }: Denoised, corruption: number): Promise<string> {
  const columns = Math.min(10, image.shape[0] ?? 0);
  const rows = [image, corrupted, restored].map((row) => row.flat() as Float32Array);
  return tilesSvg({
    title: "Test images, corrupted and restored",
    subtitle: `above: the image; middle: ${Math.round(corruption * 100)} % of its pixels dropped; below: what the model restores`,
    tiles: rows.flatMap((row) =>
      Array.from({ length: columns }, (_, at) => ({ values: row.subarray(at * pixels, (at + 1) * pixels) })),
    ),
    side: imageSide,
    columns,
    cell: 2,
    legend: "ink",
    colours: "greys",
    limit: 1,
  });
}
