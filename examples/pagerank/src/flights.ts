/** The flights between airports of the USA in the npm package `vega-datasets`, as a graph: how many in a year. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BitaleError } from "@bitale/core";
import { csvParse } from "d3-dsv";

export interface Airport {
  /** Three letters, such as ATL. */
  readonly code: string;
  readonly city: string;
  readonly state: string;
  /** In degrees. */
  readonly longitude: number;
  readonly latitude: number;
}

/** `from` and `to` are places in the list of airports. */
export interface Route {
  readonly from: number;
  readonly to: number;
  readonly flights: number;
}

export interface FlightGraph {
  readonly airports: readonly Airport[];
  readonly routes: readonly Route[];
}

/** Reads both tables; airports that no route touches are left out. @throws BitaleError BAD_FILE */
export function readFlights(): FlightGraph {
  const rows = csvParse(readData(() => import.meta.resolve("vega-datasets/data/flights-airport.csv")));
  const known = new Map(
    csvParse(readData(() => import.meta.resolve("vega-datasets/data/airports.csv"))).map((row) => [
      row.iata,
      row,
    ]),
  );
  const codes = [
    ...new Set(rows.flatMap(({ origin, destination }) => [origin ?? "", destination ?? ""])),
  ].sort();
  const places = new Map(codes.map((code, place) => [code, place]));
  const placeOf = (code: string | undefined): number => places.get(code ?? "") as number;
  return {
    airports: codes.map((code) => {
      const { city = "", state = "", longitude, latitude } = known.get(code) ?? {};
      return { code, city, state, longitude: Number(longitude), latitude: Number(latitude) };
    }),
    routes: rows.map(({ origin, destination, count }) => ({
      from: placeOf(origin),
      to: placeOf(destination),
      flights: Number(count),
    })),
  };
}

/** The outlines of the states, as TopoJSON. @throws BitaleError BAD_FILE */
export const readStates = (): object =>
  JSON.parse(readData(() => import.meta.resolve("vega-datasets/data/us-10m.json")));

function readData(address: () => string): string {
  try {
    return readFileSync(fileURLToPath(address()), "utf8");
  } catch (cause) {
    throw new BitaleError("BAD_FILE", {
      subject: "tables of vega-datasets",
      problem: "one cannot be read",
      cure: "run npm install: the files come with the package vega-datasets",
      cause,
    });
  }
}
