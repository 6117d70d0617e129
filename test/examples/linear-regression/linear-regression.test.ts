import { createRuntime } from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu/plugin";
import { expect, test } from "vitest";
import { readCars } from "../../../examples/linear-regression/dist/cars.js";
import { fitSvg } from "../../../examples/linear-regression/dist/fit-picture.js";
import { leastSquares } from "../../../examples/linear-regression/dist/least-squares.js";
import { buildModel } from "../../../examples/linear-regression/dist/model.js";
import { runExample } from "../run-example.js";

test("the table is in SI units, without the cars that lack a value", () => {
  const { count, weight, year, consumption } = readCars();
  expect(count).toBe(398);
  // Chevrolet Chevelle Malibu, 1970: 3504 lb, 18 miles on a gallon.
  expect(weight[0]).toBeCloseTo(1.58939, 5);
  expect(consumption[0]).toBeCloseTo(13.06748, 5);
  expect(year[0]).toBe(0);
  expect(Math.max(...year)).toBe(12);
});

test("descent finds the plane that the points lie on, in the table's own units", async () => {
  const features = Float32Array.from({ length: 40 }, (_, i) =>
    i % 2 === 0 ? Math.sin(i) : 100 * Math.cos(3 * i),
  );
  const targets = Float32Array.from({ length: 20 }, (_, row) => {
    return 7 - 2 * (features[2 * row] as number) + 0.05 * (features[2 * row + 1] as number);
  });
  const runtime = createRuntime({ plugins: [cpu] });
  const model = buildModel(runtime, { features, targets }, 300);
  for (let step = 0; step < 300; step++) await model.train();
  const { intercept, slopes } = await model.coefficients();
  const direct = leastSquares({ features, targets });
  for (const found of [
    [intercept, ...slopes],
    [direct.intercept, ...direct.slopes],
  ]) {
    expect(found[0]).toBeCloseTo(7, 4);
    expect(found[1]).toBeCloseTo(-2, 4);
    expect(found[2]).toBeCloseTo(0.05, 5);
  }
  expect((await model.quality()).rSquared).toBeCloseTo(1, 6);
  await runtime.dispose();
});

test("the plot has a dot for each car, a line for each year, and units", async () => {
  const cars = readCars();
  const svg = await fitSvg(cars, { intercept: 2, slopes: [8, -0.3] }, "a subtitle");
  for (const text of ["Weight (t)", "Consumption (l/100 km)", "a subtitle", ">1970<", ">1976<", ">1982<"]) {
    expect(svg).toContain(text);
  }
  expect([...svg.matchAll(/fill-opacity="0.65"/g)].length).toBe(398);
  expect(svg).not.toMatch(/NaN|undefined/);
});

test("the program's coefficients are those of the direct solution", () => {
  const { status, stdout, stderr, files } = runExample("linear-regression", []);
  expect([status, stderr]).toEqual([0, ""]);
  const line = "8.0080 l/100 km for a tonne, -0.3226 for a year, 2.3857 at zero";
  expect(stdout).toMatch(new RegExp(`by descent +│ ${line}`));
  expect(stdout).toMatch(new RegExp(`solved directly +│ ${line}`));
  expect(stdout).toContain("root mean squared error 1.388 l/100 km, R² 0.873");
  expect(files).toEqual(["fit.png", "fit.svg"]);
});
