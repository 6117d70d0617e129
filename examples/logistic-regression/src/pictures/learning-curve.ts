/** The learning curve: the training cost above, the errors below, over the same epochs. */
import type { Axis, GroupMark, Legend, Mark, Spec } from "vega";
import type { EpochResult } from "../history.js";
import { drawSvg } from "./draw.js";

export interface LearningCurve {
  readonly history: readonly EpochResult[];
  readonly backend: string;
  /** Of the best validation error. */
  readonly bestEpoch: number;
}

const width = 640;
const panelHeight = 190;
const colours = { cost: "#444444", validation: "#1f6fb4", test: "#e0700a" };
type Series = keyof typeof colours;

interface Point {
  readonly epoch: number;
  readonly value: number;
}

/** The picture as SVG. */
export function learningCurveSvg({ history, backend, bestEpoch }: LearningCurve): Promise<string> {
  const percent = (field: "validationError" | "testError"): Point[] =>
    history.flatMap(({ epoch, [field]: error }) =>
      error === undefined ? [] : [{ epoch, value: error * 100 }],
    );
  const series: Record<Series, Point[]> = {
    // A cost that is not finite (a learning rate far too high) leaves a gap.
    cost: history.flatMap(({ epoch, cost }) => (Number.isFinite(cost) ? [{ epoch, value: cost }] : [])),
    validation: percent("validationError"),
    test: percent("testError"),
  };
  const last = history.at(-1)?.epoch ?? 1;
  const spec: Spec = {
    padding: 14,
    title: {
      text: "Logistic regression on MNIST",
      subtitle: `backend ${backend}, ${last} ${last === 1 ? "epoch" : "epochs"}; dashed: the best validation, epoch ${bestEpoch}`,
      anchor: "start",
      offset: 2,
    },
    data: [
      ...Object.entries(series).map(([name, values]) => ({ name, values })),
      { name: "best", values: [{ epoch: bestEpoch }] },
    ],
    layout: { columns: 1, padding: 18, align: "each" },
    scales: [
      // A run of one epoch is drawn in the middle of the axis.
      { name: "epoch", type: "linear", range: [0, width], domain: [0, Math.max(last, 2)], nice: false },
      {
        name: "series",
        type: "ordinal",
        domain: ["validation", "test (at each best validation)"],
        range: [colours.validation, colours.test],
      },
    ],
    marks: [
      panel(["cost"], rangeOf(series.cost), { title: "Training cost (mean NLL)" }),
      panel(["validation", "test"], rangeOf([...series.validation, ...series.test]), { title: "Error (%)" }, [
        errorLegend,
      ]),
    ],
  };
  return drawSvg(spec);
}

/** The values with some room around them, so that a run of one epoch has an axis too. */
function rangeOf(points: readonly Point[]): [number, number] {
  const values = points.map(({ value }) => value);
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const room = Math.max((high - low) * 0.03, high * 0.02);
  return [Math.max(0, low - room), high + room];
}

/** One panel; the lowest one, that with a legend, names the epochs of both. */
function panel(
  series: Series[],
  range: [number, number],
  axis: Partial<Axis>,
  legends: Legend[] = [],
): GroupMark {
  const isLowest = legends.length > 0;
  return {
    type: "group",
    encode: { update: { width: { value: width }, height: { value: panelHeight } } },
    // Grid lines take their lengths from these two.
    signals: [
      { name: "width", value: width },
      { name: "height", value: panelHeight },
    ],
    scales: [
      { name: "value", type: "linear", range: [panelHeight, 0], domain: range, zero: false, nice: true },
    ],
    axes: [
      {
        orient: "bottom",
        scale: "epoch",
        grid: true,
        tickMinStep: 1,
        tickCount: 12,
        format: "d",
        labels: isLowest,
        ...(isLowest ? { title: "Epoch", titlePadding: 8 } : {}),
      },
      { orient: "left", scale: "value", grid: true, tickCount: 6, minExtent: 44, maxExtent: 44, ...axis },
    ],
    legends,
    marks: [bestEpochMark, ...series.flatMap(curve)],
  };
}

const errorLegend: Legend = {
  orient: "none",
  // Far enough from the right: without a canvas Vega takes text for wider than it is.
  legendX: width - 330,
  legendY: 14,
  stroke: "series",
  symbolType: "stroke",
  symbolStrokeWidth: 3,
  symbolSize: 300,
  labelLimit: 0,
};

const bestEpochMark: Mark = {
  type: "rule",
  from: { data: "best" },
  encode: {
    update: {
      x: { scale: "epoch", field: "epoch" },
      y: { value: 0 },
      y2: { value: panelHeight },
      stroke: { value: "#999999" },
      strokeDash: { value: [4, 4] },
    },
  },
};

/** The line of one series, with a dot for each value. */
function curve(series: Series): Mark[] {
  const place = { x: { scale: "epoch", field: "epoch" }, y: { scale: "value", field: "value" } };
  const colour = { value: colours[series] };
  return [
    {
      type: "line",
      from: { data: series },
      encode: {
        update: { ...place, stroke: colour, strokeWidth: { value: 1.8 }, strokeJoin: { value: "round" } },
      },
    },
    {
      type: "symbol",
      from: { data: series },
      encode: { update: { ...place, fill: colour, size: { signal: "length(data('cost')) > 20 ? 9 : 36" } } },
    },
  ];
}
