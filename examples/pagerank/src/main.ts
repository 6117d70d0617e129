/** Ranks airports by power iteration; `npm start -w @bitale/example-pagerank -- --help` lists the options. */
import { drawPng } from "@bitale/example-charts";
import { runProgram, say, startProgress, table } from "@bitale/example-command-line";
import { parseArguments } from "./arguments.js";
import { solveRanks } from "./direct.js";
import { type FlightGraph, readFlights, readStates } from "./flights.js";
import { buildPageRank } from "./model.js";
import { convergenceSvg, mapSvg } from "./pictures.js";
import { transitionsOf } from "./transitions.js";

await runProgram(import.meta.url, parseArguments, async ({ runtime, options, write }) => {
  const { backend, damping, tolerance, iterations } = options;
  const graph = readFlights();
  const transitions = transitionsOf(graph);
  const pageRank = buildPageRank(runtime, transitions, damping);
  say(`ranking ${graph.airports.length} airports by ${graph.routes.length} routes on ${backend}`);

  const progress = startProgress(process.stdout, "iteration", { every: 20 });
  const started = performance.now();
  const changes: number[] = [];
  while (changes.length < iterations && !((changes.at(-1) ?? 1) < tolerance)) {
    changes.push(await pageRank.step());
    progress.step(changes.length, iterations, { change: (changes.at(-1) ?? 0).toExponential(2) });
  }
  progress.stop();
  const seconds = (performance.now() - started) / 1000;

  const ranks = await pageRank.ranks();
  const direct = solveRanks(transitions, damping);
  const apart = ranks.reduce((most, rank, at) => Math.max(most, Math.abs(rank - (direct[at] ?? 0))), 0);
  const flights = graph.routes.reduce((total, route) => total + route.flights, 0);
  const subtitle = `${flights.toLocaleString("en")} flights of a year on ${graph.routes.length} routes; areas are ranks`;
  const convergence = await convergenceSvg(changes, damping);
  const files = write({
    "map.png": drawPng(await mapSvg(graph.airports, ranks, readStates(), subtitle)),
    "convergence.png": drawPng(convergence),
    "convergence.svg": convergence,
  });
  say(topTable(graph, ranks, flights));
  say(
    table([
      ["backend", backend],
      ["iterations", `${changes.length}, the last one changed ${changes.at(-1)?.toExponential(2)}`],
      ["solved directly", `no rank is further away than ${apart.toExponential(2)}`],
      ["seconds", seconds.toFixed(1)],
      ["files", files.join("\n")],
    ]),
  );
});

/** The first ten, beside their share of all arrivals: a rank is more than a count. */
function topTable({ airports, routes }: FlightGraph, ranks: ArrayLike<number>, flights: number): string {
  const arrivals = new Float64Array(airports.length);
  for (const { to, flights } of routes) arrivals[to] = (arrivals[to] ?? 0) + flights;
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
  const rows = airports
    .map(({ code, city, state }, at) => ({
      name: `${code} ${city}, ${state}`,
      rank: ranks[at] ?? 0,
      arrivals: (arrivals[at] ?? 0) / flights,
    }))
    .sort((first, second) => second.rank - first.rank)
    .slice(0, 10);
  return table([
    ["", "airport", "PageRank", "of all arrivals"],
    ...rows.map(({ name, rank, arrivals }, place) => [place + 1, name, percent(rank), percent(arrivals)]),
  ]);
}
