import { createRuntime } from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse/plugin";
import { plugin as cpu } from "@bitale/tensor-cpu/plugin";
import { expect, test } from "vitest";
import { solveRanks } from "../../../examples/pagerank/dist/direct.js";
import { readFlights, readStates } from "../../../examples/pagerank/dist/flights.js";
import { buildPageRank } from "../../../examples/pagerank/dist/model.js";
import { mapSvg } from "../../../examples/pagerank/dist/pictures.js";
import { transitionsOf } from "../../../examples/pagerank/dist/transitions.js";
import { runExample } from "../run-example.js";

const airport = (code: string) => ({ code, city: code, state: "", longitude: 0, latitude: 0 });
/** a → b three times in four, a → c once in four, b → a always, nothing leaves c. */
const small = {
  airports: ["a", "b", "c"].map(airport),
  routes: [
    { from: 0, to: 1, flights: 2 },
    { from: 0, to: 1, flights: 1 },
    { from: 0, to: 2, flights: 1 },
    { from: 1, to: 0, flights: 5 },
  ],
};

test("transitions are shares of the departures, and say where nobody leaves", () => {
  const { matrix, stranded } = transitionsOf(small);
  expect(matrix.toDense().toArray()).toEqual([
    [0, 1, 0],
    [0.75, 0, 0],
    [0.25, 0, 0],
  ]);
  expect([...stranded]).toEqual([0, 0, 1]);
});

test("power iteration and the linear system agree with the ranks by hand", async () => {
  const transitions = transitionsOf(small);
  const runtime = createRuntime({ plugins: [cpu, sparse] });
  const pageRank = buildPageRank(runtime, transitions, 0.5);
  for (let i = 0; i < 60; i++) await pageRank.step();
  // With u = (1 + c) / 6: a = b/2 + u, b = 3a/8 + u, c = a/8 + u, and a + b + c = 1.
  const expected = [12 / 31, 11 / 31, 8 / 31];
  const ranks = await pageRank.ranks();
  const direct = solveRanks(transitions, 0.5);
  for (let i = 0; i < 3; i++) {
    expect(ranks[i]).toBeCloseTo(expected[i] as number, 6);
    expect(direct[i]).toBeCloseTo(expected[i] as number, 12);
  }
  await runtime.dispose();
});

test("the graph of flights: all airports have a place on earth, some no departures", () => {
  const graph = readFlights();
  expect([graph.airports.length, graph.routes.length]).toEqual([305, 5366]);
  for (const { longitude, latitude } of graph.airports) {
    expect(longitude).toBeLessThan(0);
    expect(latitude).toBeGreaterThan(0);
  }
  const { matrix, stranded } = transitionsOf(graph);
  expect(graph.airports.filter((_, at) => stranded[at] === 1).map(({ code }) => code)).toEqual([
    "CYS",
    "OGD",
  ]);
  const columns = new Float64Array(305);
  for (const [at, from] of matrix.indices.entries()) {
    columns[from] = (columns[from] as number) + Number(matrix.data[at]);
  }
  for (const [at, total] of columns.entries()) expect(total).toBeCloseTo(stranded[at] === 1 ? 0 : 1, 5);
});

test("the map has the states, the airports that lie in them, and the letters of the first", async () => {
  const { airports } = readFlights();
  const ranks = airports.map(({ code }) => (code === "ATL" ? 0.1 : 0.001));
  const svg = await mapSvg(airports, ranks, readStates(), "a subtitle");
  for (const text of ["PageRank (%)", "a subtitle", ">ATL<"]) expect(svg).toContain(text);
  const dots = [...svg.matchAll(/fill-opacity="0.6"/g)].length;
  expect(dots).toBeGreaterThan(290);
  expect(dots).toBeLessThan(305); // Puerto Rico and others lie outside of the map
  expect(svg).not.toMatch(/NaN|undefined/);
});

test("the program's ranks are those of the direct solution, and Atlanta is first", () => {
  const { status, stdout, stderr, files } = runExample("pagerank", []);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/1 +│ ATL Atlanta, GA +│ 5\.97 % +│ 5\.91 %/);
  const [, apart] = stdout.match(/no rank is further away than (\S+)/) ?? [];
  expect(Number(apart)).toBeLessThan(1e-6);
  expect(files).toEqual(["convergence.png", "convergence.svg", "map.png"]);
});
