/**
 * Mistakes that are compile errors: `npm run check:types` fails where a line below compiles after all. Most of them are
 * errors at run time too; `bad` runs them to see that.
 */
import { createRuntime, In, isBitaleError, matrix, Out, scalar } from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";

const runtime = createRuntime({ plugins: [cpu, sparse] });
const [x, y] = [scalar("x"), scalar("y")];
const s = runtime.shared(1, { name: "s" });

/** Runs what does not compile, and tells its error. */
function bad(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return isBitaleError(error) ? error.code : "an error of JavaScript";
  }
  return "no error";
}

describe("of shared()", () => {
  it("kwargs of other names and values", () => {
    // @ts-expect-error a misspelt kwarg
    expect(bad(() => runtime.shared([1], { borow: true }))).toBe("UNKNOWN_KWARG");
    // @ts-expect-error borrow is true or false
    expect(bad(() => runtime.shared([1], { borrow: 1 }))).toBe("BAD_KWARG");
    // @ts-expect-error a shape is a list
    expect(bad(() => runtime.shared([1], { shape: 3 }))).toBe("BAD_KWARG");
    // @ts-expect-error a format is csr or csc
    expect(bad(() => runtime.shared([[1]], { format: "dok" }))).toBe("BAD_KWARG");
    // @ts-expect-error a name is text
    expect(bad(() => runtime.shared([1], { name: 3 }))).toBe("BAD_OPTION");
    // A backend of somebody else may have any id.
    expect(bad(() => runtime.shared([1], { backend: "tensor-tpu" }))).toBe("UNKNOWN_BACKEND");
    // @ts-expect-error strict is true or false
    runtime.shared([1], { strict: "yes" });
  });
  it("options of reading and writing", () => {
    // @ts-expect-error a misspelt option
    s.getValue({ borow: true });
    // @ts-expect-error borrow is true or false
    s.setValue(2, { borrow: "yes" });
    // @ts-expect-error there is no unset
    expect(bad(() => s.setValue(undefined))).toBe("BAD_VALUE");
    // @ts-expect-error zero takes no value
    s.zero(3);
    // @ts-expect-error the value is an NDArray
    expect(s.getValue().elements).toBeUndefined();
    // @ts-expect-error a flag
    s.getValue({ returnInternalType: "yes" });
  });
});

describe("of compile()", () => {
  it("inputs and outputs", () => {
    // @ts-expect-error inputs are a list
    expect(bad(() => runtime.compile(x, x))).toBe("BAD_INPUT");
    // @ts-expect-error inputs are variables
    expect(bad(() => runtime.compile(["x"], x))).toBe("BAD_INPUT");
    // @ts-expect-error an output is a variable
    expect(bad(() => runtime.compile([x], "x"))).toBe("BAD_OUTPUT");
    // @ts-expect-error a list of variables
    expect(bad(() => runtime.compile([x], [x, 2]))).toBe("BAD_OUTPUT");
    // @ts-expect-error a record of variables
    expect(bad(() => runtime.compile([x], { a: x, b: [x] }))).toBe("BAD_OUTPUT");
    // @ts-expect-error In is made of a variable
    expect(bad(() => runtime.compile([new In("x")], x))).toBe("BAD_INPUT");
    // @ts-expect-error no such option of In
    expect(bad(() => runtime.compile([new In(x, { default: 1 })], x))).toBe("BAD_OPTION");
    // @ts-expect-error no such option of Out
    new Out(x, { borow: true });
  });
  it("updates, givens and other options", () => {
    // @ts-expect-error an input cannot be updated
    expect(bad(() => runtime.compile([x], x, { updates: [[x, y]] }))).toBe("UPDATE_NOT_SHARED");
    // @ts-expect-error a new value is no text
    expect(bad(() => runtime.compile([], null, { updates: [[s, "two"]] }))).toBe("BAD_VALUE");
    // @ts-expect-error an update is a pair
    expect(bad(() => runtime.compile([], null, { updates: [[s]] }))).toBe("BAD_OPTION");
    // @ts-expect-error updates are pairs, not a record
    expect(bad(() => runtime.compile([], null, { updates: { s: s.add(1) } }))).toBe("BAD_OPTION");
    // @ts-expect-error a given is for a variable
    expect(bad(() => runtime.compile([x], x, { givens: [["x", y]] }))).toBe("BAD_GIVEN");
    // @ts-expect-error no such mode
    expect(bad(() => runtime.compile([x], x, { onUnusedInput: "never" }))).toBe("BAD_OPTION");
    // @ts-expect-error a flag or a list
    expect(bad(() => runtime.compile([x], x, { noDefaultUpdates: "s" }))).toBe("BAD_OPTION");
    // @ts-expect-error a list of shared variables
    runtime.compile([x], x, { noDefaultUpdates: [x] });
    // @ts-expect-error no such option
    expect(bad(() => runtime.compile([x], x, { mode: "fast" }))).toBe("BAD_OPTION");
  });
  it("copies", () => {
    const f = runtime.compile([], s, { updates: [[s, s.add(1)]] });
    // @ts-expect-error a swap is a pair
    expect(bad(() => f.copy({ swap: [[s]] }))).toBe("BAD_OPTION");
    // @ts-expect-error of shared variables
    expect(bad(() => f.copy({ swap: [[s, x]] }))).toBe("BAD_OPTION");
    // @ts-expect-error no such option
    expect(bad(() => f.copy({ deleteUpdate: true }))).toBe("BAD_OPTION");
  });
});

describe("of a compiled function", () => {
  const single = runtime.compile([x], x.mul(2));
  const list = runtime.compile([x, y], [x, y]);
  const record = runtime.compile([x], { double: x.mul(2) });
  const nothing = runtime.compile([], null);
  it("arguments", () => {
    // @ts-expect-error one is missing
    expect(bad(() => list(1))).toBe("MISSING_ARGUMENT");
    // @ts-expect-error one too many
    expect(bad(() => nothing(1))).toBe("EXTRA_ARGUMENT");
    // @ts-expect-error none of several
    expect(bad(() => list.copy()())).toBe("MISSING_ARGUMENT");
  });
  it("results", async () => {
    // @ts-expect-error a single output is an array, no list
    expect(single(1)[0]).toBeUndefined();
    // @ts-expect-error and no record
    expect(single(1).double).toBeUndefined();
    // @ts-expect-error the list has two
    expect(list(1, 2)[2]).toBeUndefined();
    // @ts-expect-error the list is no array of numbers
    expect(bad(() => list(1, 2).toArray())).toBe("an error of JavaScript");
    // @ts-expect-error no output of this name
    expect(record(1).triple).toBeUndefined();
    // @ts-expect-error nothing comes back
    expect(bad(() => nothing().shape)).toBe("an error of JavaScript");
    // @ts-expect-error a promise has to be awaited
    expect(single.async(1).shape).toBeUndefined();
    expect((await record.async(1)).double.item()).toBe(2);
  });
  it("a gradient for each variable, and no more", () => {
    const m = matrix("m");
    const f = runtime.compile([m], [m, m.sum()] as const);
    // @ts-expect-error two outputs
    const [, , third] = f([[1]]);
    expect(third).toBeUndefined();
  });
});
