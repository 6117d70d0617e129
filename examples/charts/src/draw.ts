/** From a Vega specification to SVG, and from SVG to PNG; fonts and all come from npm packages. */
import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";
import { parse, type Spec, View } from "vega";

/** The family that all pictures use, so that both forms look the same wherever they are drawn. */
export const font = "DejaVu Sans";
/** Pixels of a PNG for each unit of its drawing. */
const pixelsPerUnit = 2;
/** Colours of what stands in several pictures. */
export const colours = { first: "#444444", second: "#1f6fb4", third: "#e0700a" } as const;
/** Text in the colours and sizes of all pictures. */
const style = {
  axis: {
    labelFont: font,
    titleFont: font,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: "normal",
    gridColor: "#e6e6e6",
    domainColor: "#888888",
    tickColor: "#888888",
  },
  legend: {
    labelFont: font,
    titleFont: font,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
  },
  title: { font, subtitleFont: font, fontSize: 15, subtitleFontSize: 11, subtitleColor: "#555555" },
} as const;

const fontFiles = [
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
].map((url) => fileURLToPath(url));

/** Draws a specification as SVG. */
export function drawSvg(spec: Spec): Promise<string> {
  return new View(parse({ ...spec, background: "white", config: style }), { renderer: "none" }).toSVG();
}

/** Draws SVG as PNG, `scale` pixels for each of its units. */
export function drawPng(svg: string, scale = pixelsPerUnit): Uint8Array {
  const picture = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: font },
  });
  return picture.render().asPng();
}
