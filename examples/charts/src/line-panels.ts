/** Lines in panels one above the other, over one axis: learning curves. */
import type { Axis, GroupMark, Legend, Mark, Spec } from "vega";
import { drawSvg } from "./draw.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  /** In the legend, which a panel of several series has. */
  readonly name: string;
  readonly colour: string;
  /** Points that are not finite leave a gap. */
  readonly points: readonly Point[];
}

export interface LinePanel {
  /** What is drawn, with its unit. */
  readonly title: string;
  readonly series: readonly Series[];
  /** "linear" by default; "log" leaves values out that are not above 0. */
  readonly scale?: "linear" | "log" | undefined;
}

export interface LinePanels {
  readonly title: string;
  readonly subtitle: string;
  /** What the common axis counts, such as "Epoch". */
  readonly axis: string;
  readonly panels: readonly LinePanel[];
  /** A place on the common axis with a dashed line. */
  readonly mark?: number | undefined;
}

const width = 640;
const panelHeight = 190;

/** The picture as SVG. */
export function linePanelsSvg({ title, subtitle, axis, panels, mark }: LinePanels): Promise<string> {
  const drawn = panels.map((panel) => ({ ...panel, series: panel.series.map(drawable(panel.scale)) }));
  const last = Math.max(0, ...drawn.flatMap(({ series }) => series.flatMap(({ points }) => points.map(xOf))));
  const spec: Spec = {
    padding: 14,
    title: { text: title, subtitle, anchor: "start", offset: 2 },
    data: [
      ...drawn.flatMap(({ series }, at) =>
        series.map(({ points }, i) => ({ name: dataName(at, i), values: [...points] })),
      ),
      { name: "mark", values: mark === undefined ? [] : [{ x: mark }] },
    ],
    layout: { columns: 1, padding: 18, align: "each" },
    scales: [
      // A single point is drawn in the middle of the axis.
      { name: "x", type: "linear", range: [0, width], domain: [0, Math.max(last, 2)], nice: false },
    ],
    marks: drawn.map((panel, at) => panelMark(panel, at, at === drawn.length - 1 ? axis : undefined)),
  };
  return drawSvg(spec);
}

const xOf = ({ x }: Point): number => x;
const dataName = (panel: number, series: number): string => `panel ${panel} series ${series}`;

const drawable =
  (scale: LinePanel["scale"]) =>
  (series: Series): Series => ({
    ...series,
    points: series.points.filter(({ y }) => Number.isFinite(y) && (scale !== "log" || y > 0)),
  });

/** The values with some room around them, so that a single one has an axis too. */
function rangeOf({ series, scale }: LinePanel): [number, number] {
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  const [low, high] = values.length === 0 ? [0.1, 1] : [Math.min(...values), Math.max(...values)];
  if (scale === "log") return [low / 1.5, high * 1.5];
  const room = Math.max((high - low) * 0.03, high * 0.02);
  return [Math.max(0, low - room), high + room];
}

/** One panel; the lowest one names the common axis. */
function panelMark(panel: LinePanel, at: number, axis: string | undefined): GroupMark {
  const { title, series, scale = "linear" } = panel;
  const bottom: Axis = {
    orient: "bottom",
    scale: "x",
    grid: true,
    tickMinStep: 1,
    tickCount: 12,
    format: "d",
    labels: axis !== undefined,
    ...(axis === undefined ? {} : { title: axis, titlePadding: 8 }),
  };
  return {
    type: "group",
    encode: { update: { width: { value: width }, height: { value: panelHeight } } },
    // Grid lines take their lengths from these two.
    signals: [
      { name: "width", value: width },
      { name: "height", value: panelHeight },
    ],
    scales: [
      {
        name: "y",
        type: scale,
        range: [panelHeight, 0],
        domain: rangeOf(panel),
        nice: true,
        ...(scale === "linear" && { zero: false }),
      },
      {
        name: "series",
        type: "ordinal",
        domain: series.map(({ name }) => name),
        range: series.map(({ colour }) => colour),
      },
    ],
    axes: [
      bottom,
      {
        orient: "left",
        scale: "y",
        grid: true,
        tickCount: 6,
        minExtent: 44,
        maxExtent: 44,
        title,
        ...(scale === "log" && { format: ".0e" }),
      },
    ],
    legends: series.length > 1 ? [legendOf(series)] : [],
    marks: [markLine, ...series.flatMap((one, i) => curve(one, dataName(at, i)))],
  };
}

function legendOf(series: readonly Series[]): Legend {
  const longest = Math.max(...series.map(({ name }) => name.length));
  return {
    orient: "none",
    // Far enough from the right: without a canvas Vega takes text for wider than it is.
    legendX: width - 60 - 9.3 * longest,
    legendY: 14,
    stroke: "series",
    symbolType: "stroke",
    symbolStrokeWidth: 3,
    symbolSize: 300,
    labelLimit: 0,
  };
}

const markLine: Mark = {
  type: "rule",
  from: { data: "mark" },
  encode: {
    update: {
      x: { scale: "x", field: "x" },
      y: { value: 0 },
      y2: { value: panelHeight },
      stroke: { value: "#999999" },
      strokeDash: { value: [4, 4] },
    },
  },
};

/** The line of one series, with a dot for each value. */
function curve({ colour, points }: Series, data: string): Mark[] {
  const place = { x: { scale: "x", field: "x" }, y: { scale: "y", field: "y" } };
  return [
    {
      type: "line",
      from: { data },
      encode: {
        update: {
          ...place,
          stroke: { value: colour },
          strokeWidth: { value: 1.8 },
          strokeJoin: { value: "round" },
        },
      },
    },
    {
      type: "symbol",
      from: { data },
      encode: {
        update: { ...place, fill: { value: colour }, size: { value: points.length > 20 ? 9 : 36 } },
      },
    },
  ];
}
