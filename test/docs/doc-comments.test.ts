/** What docs/ops.md is made of: doc comments in the source. */
import { expect, it } from "vitest";
import { exportedValues, headComment, interfaceMembers, summaryOf } from "../../tools/docs/doc-comments.mjs";

const source = `/** Ops of a kind. */
import { a } from "./a.js";

/**
 * First paragraph,
 * of two lines.
 *
 * Second paragraph.
 * @throws never
 */
export function one(x: number): number;
export function one(x: string): number;
export function one(x: unknown): number { return a(x); }
/** Two. @throws sometimes */
// a remark between the comment and what it belongs to
export const two = 2;
export const three = 3;
/** Not exported. */
const four = 4;
/** A type is no value. */
export interface Five {
  /** (x) what it is. */
  readonly six: number;
  seven: typeof four;
}
`;

it("the head of a file, and every exported value with its comment", () => {
  expect(headComment("ops.ts", source)).toBe("Ops of a kind.");
  expect(headComment("ops.ts", "export const x = 1; /** late */")).toBe("");
  expect(exportedValues("ops.ts", source).map(({ name, text }) => [name, summaryOf(text)])).toEqual([
    ["one", "First paragraph, of two lines."],
    ["two", "Two."],
    ["three", ""],
  ]);
});

it("members of interfaces that have a comment", () => {
  expect([...interfaceMembers("ops.ts", source)]).toEqual([["six", "(x) what it is."]]);
});
