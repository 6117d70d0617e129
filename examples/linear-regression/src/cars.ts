/** The table of cars in the npm package `vega-datasets`: what 398 models of 1970 to 1982 weigh and burn. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BitaleError } from "@bitale/core";

/** Rows of the table that have every value. */
export interface Cars {
  readonly count: number;
  /** In tonnes. */
  readonly weight: Float32Array;
  /** The model's year, since 1970: 6 is 1976. */
  readonly year: Float32Array;
  /** In litres for 100 km. */
  readonly consumption: Float32Array;
}

/** A row as the file has it. */
interface Row {
  readonly Miles_per_Gallon: number | null;
  readonly Weight_in_lbs: number | null;
  readonly Year: string;
}

/** From which years are counted. */
export const firstYear = 1970;

const tonnesOfPound = 0.45359237e-3;
/** Litres for 100 km of a car that goes one mile on a US gallon. */
const litresOfMilePerGallon = 3.785411784 / 0.01609344;

/** Reads the table, in SI units. @throws BitaleError BAD_FILE */
export function readCars(): Cars {
  const rows = readRows().filter((row) => row.Miles_per_Gallon && row.Weight_in_lbs);
  const column = (value: (row: Row) => number): Float32Array => Float32Array.from(rows, value);
  return {
    count: rows.length,
    weight: column((row) => Number(row.Weight_in_lbs) * tonnesOfPound),
    year: column((row) => Number(row.Year.slice(0, 4)) - firstYear),
    consumption: column((row) => litresOfMilePerGallon / Number(row.Miles_per_Gallon)),
  };
}

function readRows(): readonly Row[] {
  try {
    const file = fileURLToPath(import.meta.resolve("vega-datasets/data/cars.json"));
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    const cure = "run npm install: the file comes with the package vega-datasets";
    throw new BitaleError("BAD_FILE", { subject: "cars.json", problem: "it cannot be read", cure, cause });
  }
}
