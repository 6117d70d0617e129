import { BitaleTypeError, describeValue } from "../errors.js";

/** @throws BitaleTypeError BAD_OPTION unless the value is a finite number that fits */
export function checkNumber(
  subject: string,
  option: string,
  value: number,
  fits: (value: number) => boolean,
  expected: string,
): number {
  if (typeof value === "number" && Number.isFinite(value) && fits(value)) return value;
  throw new BitaleTypeError("BAD_OPTION", {
    subject: `${subject}: ${option}`,
    problem: "it is out of range",
    expected,
    got: describeValue(value),
  });
}

/** A number that is not negative. */
export const notNegative = (subject: string, option: string, value: number): number =>
  checkNumber(subject, option, value, (n) => n >= 0, "a number that is not negative");

/** A number above zero. */
export const positive = (subject: string, option: string, value: number): number =>
  checkNumber(subject, option, value, (n) => n > 0, "a positive number");

/** The share of the past that an average keeps. */
export const share = (subject: string, option: string, value: number): number =>
  checkNumber(subject, option, value, (n) => n >= 0 && n < 1, "a number from 0 to below 1");
