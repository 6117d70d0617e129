/** Where a traveller who takes any flight at random goes: a sparse matrix. */
import { CsrMatrix } from "@bitale/sparse";
import type { FlightGraph } from "./flights.js";

export interface Transitions {
  /** [n, n], CSR, float32: in row i and column j the share of the flights from j that go to i. */
  readonly matrix: CsrMatrix;
  /** [n]: 1 where no flight leaves, else 0. */
  readonly stranded: Float32Array;
}

/** The transitions of a graph; several routes between two airports count together. */
export function transitionsOf({ airports, routes }: FlightGraph): Transitions {
  const n = airports.length;
  const departures = new Float64Array(n);
  const arrivals = airports.map(() => new Map<number, number>());
  for (const { from, to, flights } of routes) {
    departures[from] = (departures[from] ?? 0) + flights;
    arrivals[to]?.set(from, (arrivals[to]?.get(from) ?? 0) + flights);
  }
  const rows = arrivals.map((row) => [...row].sort(([first], [second]) => first - second));
  const entries = rows.flat();
  const starts = Int32Array.of(0, ...rows.map(({ length }) => length));
  for (let i = 1; i <= n; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  return {
    matrix: new CsrMatrix({
      data: Float32Array.from(entries, ([from, flights]) => flights / (departures[from] as number)),
      indices: Int32Array.from(entries, ([from]) => from),
      indptr: starts,
      shape: [n, n],
      dtype: "float32",
    }),
    stranded: Float32Array.from(departures, (flights) => (flights === 0 ? 1 : 0)),
  };
}
