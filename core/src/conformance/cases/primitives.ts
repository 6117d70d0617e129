/** Every primitive that a plugin declares gives what the slow reference kernel gives. */
import { isFloat } from "../../tensor/dtype.js";
import { type LoweredName, loweredNames } from "../../tensor/primitives.js";
import { showValue } from "../bench.js";
import type { Bench, CaseDefinition } from "../case.js";
import { sameDense } from "../dense-fixture.js";
import type { PrimitiveSample } from "../primitive-samples.js";
import {
  declaredDTypes,
  declaredSamples,
  expectedOf,
  regionOf,
  type Workshop,
  withWorkshop,
} from "../single-region.js";

export const primitiveCases: readonly CaseDefinition[] = loweredNames.map((name) => ({
  id: `primitive.${name}`,
  title: `${name} gives what the reference kernel gives, for every declared dtype`,
  applies: ({ plugin }) => declaredDTypes(plugin, name).length > 0,
  run: (bench) =>
    withWorkshop(bench, async (shop) => {
      const samples = declaredSamples(bench.plugin, name);
      const listed = declaredDTypes(bench.plugin, name).join(", ");
      bench.holds(
        `supports.ops.${name}`,
        samples.length > 0,
        "dtypes for which the primitive is defined (of operands, indices and result)",
        listed,
      );
      for (const sample of samples) await check(bench, shop, name, sample);
    }),
}));

async function check(
  bench: Bench,
  shop: Workshop,
  name: LoweredName,
  sample: PrimitiveSample,
): Promise<void> {
  const executable = shop.compile(regionOf(name, sample));
  const inputs = sample.inputs.map((array) => shop.lift(array));
  const [result] = await shop.run(executable, inputs, sample.scalars);
  const got = await shop.lower(result, sample);
  const expected = expectedOf(name, sample);
  const tolerance = isFloat(sample.dtype) ? bench.fixture.tolerance(sample.dtype) : 0;
  const near = (x: unknown, y: unknown): boolean =>
    x === y || Math.abs(Number(x) - Number(y)) <= tolerance * Math.max(1, Math.abs(Number(y)));
  const operands = sample.inputs.map(showValue).join(", ");
  const what = `${name} ${JSON.stringify(sample.params)} of ${operands || "nothing"}`;
  bench.holds(what, sameDense(got, expected, near), showValue(expected), showValue(got));
  executable.dispose?.();
}
