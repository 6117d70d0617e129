/** Fits a straight line to a table of cars; `npm start -w @bitale/example-linear-regression -- --help` lists the options. */
import { drawPng } from "@bitale/example-charts";
import { runProgram, say, startProgress, table } from "@bitale/example-command-line";
import { parseArguments } from "./arguments.js";
import { readCars } from "./cars.js";
import { fitSvg } from "./fit-picture.js";
import { leastSquares } from "./least-squares.js";
import { buildModel, type Coefficients } from "./model.js";

await runProgram(import.meta.url, parseArguments, async ({ runtime, options, write }) => {
  const { backend, steps } = options;
  const cars = readCars();
  const { weight, year, consumption: targets } = cars;
  const features = Float32Array.from({ length: 2 * cars.count }, (_, at) => {
    const column = at % 2 === 0 ? weight : year;
    return column[at >> 1] as number;
  });

  const model = buildModel(runtime, { features, targets }, steps);
  say(`fitting ${cars.count} cars on ${backend}`);
  const progress = startProgress(process.stdout, "step", { every: 50 });
  const started = performance.now();
  for (let step = 1; step <= steps; step++) {
    progress.step(step, steps, { "mean squared error": (await model.train()).toFixed(4) });
  }
  progress.stop();
  const seconds = (performance.now() - started) / 1000;

  const fit = await model.coefficients();
  const direct = leastSquares({ features, targets });
  const { rootMeanSquaredError, rSquared } = await model.quality();
  const words = (name: string, { intercept, slopes: [ofWeight = 0, ofYear = 0] }: Coefficients) => [
    name,
    `${ofWeight.toFixed(4)} l/100 km for a tonne, ${ofYear.toFixed(4)} for a year, ${intercept.toFixed(4)} at zero`,
  ];
  const quality = `root mean squared error ${rootMeanSquaredError.toFixed(3)} l/100 km, R² ${rSquared.toFixed(3)}`;
  const svg = await fitSvg(cars, fit, `${cars.count} cars, lines for three years; ${quality}`);
  const files = write({ "fit.png": drawPng(svg), "fit.svg": svg });
  say(
    table([
      ["backend", backend],
      words("by descent", fit),
      words("solved directly", direct),
      ["quality", quality],
      ["steps", steps],
      ["seconds", seconds.toFixed(1)],
      ["files", files.join("\n")],
    ]),
  );
});
