/** Pictures of graphs: the public names. */
export { type Describable, type GraphPictureOptions, graphSvg } from "./graph-svg.js";
