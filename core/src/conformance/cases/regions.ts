/** The promises of an executable: it changes no operand, and what it returns belongs to the caller. */

import type { TypedArray } from "../../tensor/dtype.js";
import { NDArray } from "../../tensor/ndarray.js";
import { type LoweredName, loweredNames } from "../../tensor/primitives.js";
import { showValue } from "../bench.js";
import { type Bench, type CaseDefinition, ConformanceFailure, type Subject } from "../case.js";
import { sameDense } from "../dense-fixture.js";
import type { PrimitiveSample } from "../primitive-samples.js";
import { declaredDTypes, declaredSamples, regionOf, type Workshop, withWorkshop } from "../single-region.js";

interface Example {
  readonly name: LoweredName;
  readonly sample: PrimitiveSample;
}

/** A primitive of the plugin to try promises with: the plainest that it declares. */
function exampleOf({ plugin }: Subject): Example {
  const preferred: readonly LoweredName[] = ["add", "mul", "maximum", "sub", "div", "neg", "exp"];
  for (const name of [...preferred, ...loweredNames]) {
    const sample = declaredSamples(plugin, name)[0];
    if (sample !== undefined && sample.inputs.length > 0) return { name, sample };
  }
  throw new ConformanceFailure("supports.ops", "a primitive with a dtype for which it is defined", "none");
}

const computes = ({ plugin }: Subject): boolean =>
  loweredNames.some((name) => declaredDTypes(plugin, name).length > 0);

function sameArray(bench: Bench, what: string, got: NDArray, expected: NDArray): void {
  bench.holds(what, sameDense(got, expected), showValue(expected), showValue(got));
}

/** The same elements, last first. */
const reversed = (array: NDArray): NDArray =>
  new NDArray({ data: array.copy().data.reverse() as TypedArray, shape: array.shape, dtype: array.dtype });

/** Runs a body with the plugin's backend and an example. */
const regionCase = (
  id: string,
  title: string,
  body: (bench: Bench, shop: Workshop, example: Example) => Promise<void>,
): CaseDefinition => ({
  id,
  title,
  applies: computes,
  run: (bench) => withWorkshop(bench, (shop) => body(bench, shop, exampleOf(bench))),
});

export const regionCases: readonly CaseDefinition[] = [
  regionCase(
    "region.operands",
    "a run changes none of its operands",
    async (bench, shop, { name, sample }) => {
      const executable = shop.compile(regionOf(name, sample));
      const inputs = sample.inputs.map((array) => shop.lift(array));
      await shop.run(executable, inputs, sample.scalars);
      await shop.run(executable, inputs, sample.scalars);
      for (const [i, array] of sample.inputs.entries()) {
        sameArray(bench, `operand ${i}`, await shop.lower(inputs[i], array), array);
      }
    },
  ),
  regionCase(
    "region.fresh-results",
    "a result is not touched by later runs, nor by giving other results back",
    async (bench, shop, { name, sample }) => {
      const executable = shop.compile(regionOf(name, sample));
      const inputs = sample.inputs.map((array) => shop.lift(array));
      const [first] = await shop.run(executable, inputs, sample.scalars);
      const expected = (await shop.lower(first, sample)).copy();
      const [second] = await shop.run(executable, inputs, sample.scalars);
      bench.holds("the results of two runs", first !== second, "two values", "one value");
      shop.use(first, sample);
      const others = sample.inputs.map((array) => shop.lift(reversed(array)));
      await shop.run(executable, others, sample.scalars);
      sameArray(bench, "the second result after a third run", await shop.lower(second, sample), expected);
    },
  ),
  regionCase(
    "region.two-outputs",
    "two results of one run do not alias, even where they are equal",
    async (bench, shop, { name, sample }) => {
      const executable = shop.compile(regionOf(name, sample, { copies: 2 }));
      const inputs = sample.inputs.map((array) => shop.lift(array));
      const [first, second] = await shop.run(executable, inputs, sample.scalars);
      const expected = (await shop.lower(second, sample)).copy();
      bench.holds("two results", first !== second, "two values", "one value");
      shop.use(first, sample);
      await shop.run(executable, inputs, sample.scalars);
      sameArray(
        bench,
        "the second after the first was given back",
        await shop.lower(second, sample),
        expected,
      );
    },
  ),
  regionCase(
    "region.constants",
    "an operand that never changes may be a constant, and stays as it is",
    async (bench, shop, { name, sample }) => {
      const plain = shop.compile(regionOf(name, sample));
      const inputs = sample.inputs.map((array) => shop.lift(array));
      const [expected] = await shop.run(plain, inputs, sample.scalars);
      const kept = sample.inputs.map((array) => array.copy());
      const executable = shop.compile(regionOf(name, sample, { constant: true }));
      for (let call = 1; call <= 2; call++) {
        const [got] = await shop.run(executable, inputs.slice(0, -1), sample.scalars);
        sameArray(
          bench,
          `result of call ${call}`,
          await shop.lower(got, sample),
          await shop.lower(expected, sample),
        );
      }
      for (const [i, array] of sample.inputs.entries()) {
        sameArray(bench, `the constant ${i}`, array, kept[i] as NDArray);
      }
      executable.dispose?.();
    },
  ),
];
