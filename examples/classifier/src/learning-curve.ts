/** The learning curve of a classifier: the training cost above, the errors below, over the same epochs. */
import { colours, linePanelsSvg, type Point } from "@bitale/example-charts";
import type { EpochResult } from "./history.js";

export interface LearningCurve {
  readonly history: readonly EpochResult[];
  /** Of the picture. */
  readonly title: string;
  /** What the cost is. */
  readonly costTitle: string;
  readonly backend: string;
  /** Of the best validation error. */
  readonly bestEpoch: number;
}

/** The picture as SVG. */
export function learningCurveSvg(curve: LearningCurve): Promise<string> {
  const { history, title, costTitle, backend, bestEpoch } = curve;
  const percent = (field: "validationError" | "testError"): Point[] =>
    history.flatMap(({ epoch, [field]: error }) =>
      error === undefined ? [] : [{ x: epoch, y: error * 100 }],
    );
  const last = history.at(-1)?.epoch ?? 1;
  const cost = history.map(({ epoch, cost }) => ({ x: epoch, y: cost }));
  return linePanelsSvg({
    title,
    subtitle: `backend ${backend}, ${last} ${last === 1 ? "epoch" : "epochs"}; dashed: the best validation, epoch ${bestEpoch}`,
    axis: "Epoch",
    mark: bestEpoch,
    panels: [
      {
        title: costTitle,
        series: [{ name: "cost", colour: colours.first, points: cost }],
      },
      {
        title: "Error (%)",
        series: [
          { name: "validation", colour: colours.second, points: percent("validationError") },
          { name: "test (at each best validation)", colour: colours.third, points: percent("testError") },
        ],
      },
    ],
  });
}
