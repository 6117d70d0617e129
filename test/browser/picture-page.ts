/** What runs in the browser: draws a compiled function into the page. Answers through `globalThis.picture`. */
import { createRuntime, dot, grad, matrix, mean, tanh } from "@bitale/core";
import { graphSvg } from "@bitale/graph-picture";
import { plugin as cpu } from "@bitale/tensor-cpu";

/** A training step of a small network, as SVG. */
export function trainingStepSvg(): string {
  const runtime = createRuntime({ plugins: [cpu] });
  const W = runtime.shared([[0.1], [0.2]], { name: "weights of the only layer" });
  const [x, y] = [matrix("x"), matrix("y")];
  const cost = mean(tanh(dot(x, W)).sub(y).sqr());
  return graphSvg(
    runtime.compile([x, y], { cost }, { name: "train", updates: [[W, W.sub(grad(cost, W).mul(0.1))]] }),
  );
}

/** Draws it, and says which texts are wider than their boxes, by how many units. */
function draw(): { svg: string; wider: string[]; texts: number } {
  const svg = trainingStepSvg();
  const { document } = globalThis as unknown as { document: Page };
  document.body.innerHTML = svg;
  const wider: string[] = [];
  let texts = 0;
  for (const box of document.querySelectorAll(".node")) {
    const frame = box.querySelector(".box")?.getBBox() as Frame;
    for (const text of box.querySelectorAll("text")) {
      texts++;
      const { width } = text.getBBox();
      if (width > frame.width) wider.push(`${text.textContent}: ${width - frame.width}`);
    }
  }
  return { svg, wider, texts };
}

interface Frame {
  readonly width: number;
}
interface Shape {
  readonly textContent: string;
  getBBox(): Frame;
  querySelector(selector: string): Shape | null;
  querySelectorAll(selector: string): Iterable<Shape>;
}
interface Page extends Pick<Shape, "querySelectorAll"> {
  readonly body: { innerHTML: string };
}

(globalThis as unknown as { picture: typeof draw }).picture = draw;
