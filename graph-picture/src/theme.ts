/** Colours, as style rules: light, dark, or whichever the reader prefers. */
import { sizes } from "./measures.js";
import { fontFamily } from "./text.js";

export type Theme = "auto" | "light" | "dark";

interface Colours {
  readonly page: string;
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  /** Fill and border of boxes. */
  readonly op: readonly [string, string];
  readonly input: readonly [string, string];
  readonly shared: readonly [string, string];
  readonly output: readonly [string, string];
  readonly inner: readonly [string, string];
  readonly transfer: string;
  readonly update: string;
  /** Fill and border of regions, by backend. */
  readonly regions: readonly (readonly [string, string])[];
}

/** How many colours regions have. */
export const regionColours = 4;

const light: Colours = {
  page: "#ffffff",
  text: "#1f2328",
  faint: "#59636e",
  line: "#6e7781",
  op: ["#ffffff", "#818b98"],
  input: ["#ddf4ff", "#0969da"],
  shared: ["#fff3c4", "#9a6700"],
  output: ["#dafbe1", "#1a7f37"],
  inner: ["#f4f5f7", "#818b98"],
  transfer: "#cf222e",
  update: "#9a6700",
  regions: [
    ["#eef4fb", "#7aa7d9"],
    ["#f3effb", "#a78bda"],
    ["#eaf6f0", "#6fb595"],
    ["#fbf0ea", "#d99a7a"],
  ],
};

const dark: Colours = {
  page: "#0d1117",
  text: "#e6edf3",
  faint: "#9198a1",
  line: "#8b949e",
  op: ["#161b22", "#6e7681"],
  input: ["#0c2d4f", "#4493f8"],
  shared: ["#3b2c06", "#d29922"],
  output: ["#0f3320", "#3fb950"],
  inner: ["#161a20", "#6e7681"],
  transfer: "#ff7b72",
  update: "#d29922",
  regions: [
    ["#101c2b", "#35608f"],
    ["#1c1630", "#6b55a3"],
    ["#0f211a", "#3a7a5c"],
    ["#2a1a12", "#8f5a3a"],
  ],
};

/** The class of the whole picture, under which its rules stand: pictures of several themes may share a page. */
export const rootClass = (theme: Theme): string => `bitale-graph-${theme}`;

/** The rules of a theme. */
export function styleOf(theme: Theme): string {
  const root = `.${rootClass(theme)}`;
  const fixed = fixedRules(root);
  if (theme !== "auto") return [...fixed, ...colourRules(root, theme === "light" ? light : dark)].join("\n");
  const preferred = colourRules(root, dark).join("\n");
  return [
    ...fixed,
    ...colourRules(root, light),
    `@media (prefers-color-scheme: dark) {\n${preferred}\n}`,
  ].join("\n");
}

const fixedRules = (root: string): string[] => [
  `${root} text { font-family: ${fontFamily}; font-size: ${sizes.text}px; }`,
  `${root} .detail { font-size: ${sizes.detail}px; }`,
  `${root} .label { font-size: ${sizes.label}px; }`,
  `${root} .note { font-size: ${sizes.note}px; }`,
  `${root} .title { font-size: ${sizes.title}px; font-weight: bold; }`,
  `${root} .box { stroke-width: 1.2; }`,
  `${root} .constant .box, ${root} .length .box { stroke-dasharray: 3 2; }`,
  `${root} .cluster .box { stroke-width: 1; }`,
  `${root} .inner .box { stroke-dasharray: 6 3; }`,
  `${root} .way { fill: none; stroke-width: 1.2; }`,
  `${root} .length .way { stroke-dasharray: 1 3; }`,
  `${root} .inner .way { stroke-dasharray: 4 3; }`,
  `${root} .update .way { stroke-width: 1.6; stroke-dasharray: 7 4; }`,
  `${root} .transfer .way { stroke-width: 2; }`,
];

function colourRules(root: string, colours: Colours): string[] {
  const box = (kind: string, [fill, stroke]: readonly [string, string]): string =>
    `${root} .${kind} .box { fill: ${fill}; stroke: ${stroke}; } ${root} .${kind} .name { fill: ${fill}; }`;
  const way = (kind: string, colour: string): string[] => [
    `${root} .${kind} .way { stroke: ${colour}; }`,
    `${root} .${kind} .tip { fill: ${colour}; }`,
    `${root} .${kind} .label { fill: ${colour}; }`,
  ];
  return [
    `${root} .page, ${root} .behind { fill: ${colours.page}; }`,
    `${root} text { fill: ${colours.text}; }`,
    `${root} .detail, ${root} .note, ${root} .label { fill: ${colours.faint}; }`,
    ...["op", "enter", "leave", "constant", "length", "more"].map((kind) => box(kind, colours.op)),
    ...(["input", "shared", "output", "inner"] as const).map((kind) => box(kind, colours[kind])),
    ...colours.regions.map((pair, i) => box(`region-${i}`, pair)),
    ...["data", "length", "inner"].flatMap((kind) => way(kind, colours.line)),
    ...way("transfer", colours.transfer),
    ...way("update", colours.update),
  ];
}
