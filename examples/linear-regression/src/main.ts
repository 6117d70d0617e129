/** Fits a straight line to a table of cars; `npm start -w @bitale/example-linear-regression -- --help` lists the options. */
import { drawPng } from "@bitale/example-charts";
import {
  fromCaller,
  openRuntime,
  prepareFolder,
  runProgram,
  say,
  startProgress,
  table,
  writeResults,
} from "@bitale/example-command-line";
import { parseArguments } from "./arguments.js";
import { readCars } from "./cars.js";
import { fitSvg } from "./fit-picture.js";
import { leastSquares } from "./least-squares.js";
import { buildModel, type Coefficients } from "./model.js";

await runProgram(async (argv) => {
  const { backend, out, steps } = parseArguments(argv);
  const folder = fromCaller(out);
  prepareFolder(folder);
  const cars = readCars();
  const { weight, year, consumption: targets } = cars;
  const features = Float32Array.from({ length: 2 * cars.count }, (_, at) => {
    const column = at % 2 === 0 ? weight : year;
    return column[at >> 1] as number;
  });

  const runtime = await openRuntime(import.meta.url, backend, say);
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
  const files = writeResults(folder, { "fit.png": drawPng(svg), "fit.svg": svg });
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
  await runtime.dispose();
});
