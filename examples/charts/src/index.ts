export type { Spec } from "vega";
export { colours, drawPng, drawSvg, font } from "./draw.js";
export { type Filters, filtersSvg } from "./filters.js";
export { type LinePanel, type LinePanels, linePanelsSvg, type Point, type Series } from "./line-panels.js";
export { type Tile, type Tiles, tilesSvg } from "./tiles.js";
