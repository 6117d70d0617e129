/** The promises of executables that write into donated storage, and that lend results which nobody keeps. */
import type { Executable } from "../../plugin/contract.js";
import type { Donation, Region, RegionNode } from "../../plugin/region.js";
import { isInteger } from "../../tensor/dtype.js";
import { emptyNDArray, type NDArray, writeElement } from "../../tensor/ndarray.js";
import { type LoweredName, loweredNames } from "../../tensor/primitives.js";
import { TensorType } from "../../tensor/tensor-type.js";
import { showValue } from "../bench.js";
import { type Bench, type CaseDefinition, ConformanceFailure, type Subject } from "../case.js";
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

interface Example {
  readonly name: LoweredName;
  readonly sample: PrimitiveSample;
}

/** A primitive whose result has the dtype and the lengths of its first operand. */
function exampleOf({ plugin }: Subject): Example {
  const preferred: readonly LoweredName[] = ["add", "sub", "mul", "maximum", "div", "neg", "exp"];
  for (const name of [...preferred, ...loweredNames]) {
    for (const sample of declaredSamples(plugin, name)) {
      const [first] = sample.inputs;
      if (first?.dtype === sample.dtype && first.shape.join() === sample.shape.join() && first.size > 1)
        return { name, sample };
    }
  }
  throw new ConformanceFailure("supports.reuse", "a primitive that can be computed in place", "none");
}

const reuses = ({ plugin }: Subject): boolean =>
  plugin.supports.reuse === true && loweredNames.some((name) => declaredDTypes(plugin, name).length > 0);

const donation: Donation = { output: 0, input: 0 };
const donating = (region: Region): Region => ({
  ...region,
  reuse: { donations: [donation], transient: new Set() },
});

interface Scene extends Example {
  readonly bench: Bench;
  readonly shop: Workshop;
  /** The operands, in storage that may be donated. */
  lift(): unknown[];
  /** @throws ConformanceFailure where a value is not what it should be */
  same(what: string, got: unknown, expected: NDArray): Promise<void>;
  /** Runs with the first operand donated, and checks that it is the first result or unchanged. */
  donate(executable: Executable, inputs: readonly unknown[]): Promise<readonly unknown[]>;
}

const reuseCase = (id: string, title: string, body: (scene: Scene) => Promise<void>): CaseDefinition => ({
  id,
  title,
  applies: reuses,
  run: (bench) =>
    withWorkshop(bench, (shop) => {
      const { name, sample } = exampleOf(bench);
      const same: Scene["same"] = async (what, value, expected) => {
        const got = await shop.lower(value, expected);
        bench.holds(what, sameDense(got, expected), showValue(expected), showValue(got));
      };
      return body({
        ...{ bench, shop, name, sample, same },
        lift: () => sample.inputs.map((array) => shop.liftOwned(array)),
        donate: async (executable, inputs) => {
          const results = await shop.run(executable, inputs, sample.scalars, [inputs[0]]);
          if (results[0] !== inputs[0])
            await same("what was donated and not used", inputs[0], sample.inputs[0] as NDArray);
          return results;
        },
      });
    }),
});

export const reuseCases: readonly CaseDefinition[] = [
  reuseCase(
    "reuse.offer",
    "what could be donated and is not stays as it is",
    async ({ shop, name, sample, lift, same }) => {
      const executable = shop.compile(donating(regionOf(name, sample)));
      const inputs = lift();
      for (let call = 1; call <= 2; call++) {
        const [result] = await shop.run(executable, inputs, sample.scalars, [undefined]);
        await same(`result of call ${call}`, result, expectedOf(name, sample));
        await same(`the operand after call ${call}`, inputs[0], sample.inputs[0] as NDArray);
      }
    },
  ),
  reuseCase(
    "reuse.donated",
    "a result in donated storage is right, and so is one that is not",
    async ({ shop, name, sample, lift, same, donate }) => {
      const executable = shop.compile(donating(regionOf(name, sample)));
      for (let call = 1; call <= 2; call++) {
        const [result] = await donate(executable, lift());
        await same(`result of call ${call}`, result, expectedOf(name, sample));
      }
    },
  ),
  reuseCase(
    "reuse.read-first",
    "what others still read is not overwritten before",
    async ({ shop, name, sample, lift, same, donate }) => {
      const executable = shop.compile(donating(regionOf(name, sample, { copies: 2 })));
      const results = await donate(executable, lift());
      await same("the donated result", results[0], expectedOf(name, sample));
      await same("the other result", results[1], expectedOf(name, sample));
    },
  ),
  reuseCase(
    "reuse.transient",
    "a result that nobody keeps may be the next run's operand",
    async ({ shop, name, sample, lift, same }) => {
      const region = { ...regionOf(name, sample), reuse: { donations: [], transient: new Set([0]) } };
      const executable = shop.compile(region);
      const inputs = lift();
      const [first] = await shop.run(executable, inputs, sample.scalars);
      const once = expectedOf(name, sample);
      await same("the first result", first, once);
      const [second] = await shop.run(executable, [first, ...inputs.slice(1)], sample.scalars);
      await same(
        "the second result",
        second,
        expectedOf(name, { ...sample, inputs: [once, ...sample.inputs.slice(1)] }),
      );
    },
  ),
  {
    ...reuseCase(
      "reuse.failing",
      "a run that fails has written nothing",
      async ({ bench, shop, name, sample, lift, same, donate }) => {
        const index = emptyNDArray([1], indexDType(bench) as NDArray["dtype"]);
        writeElement(index, 0, index.dtype === "int64" ? 1000n : 1000);
        const table = sample.inputs[0] as NDArray;
        const executable = shop.compile(withTake(donating(regionOf(name, sample)), table, index));
        const inputs = [...lift(), shop.liftOwned(table), shop.liftOwned(index)];
        try {
          await donate(executable, inputs);
        } catch {
          await same("what was donated", inputs[0], table);
        }
      },
    ),
    applies: (subject) => reuses(subject) && indexDType(subject) !== undefined,
  },
];

/** A dtype of indices for `take`, where the plugin has that for its example's dtype. */
function indexDType(subject: Subject): NDArray["dtype"] | undefined {
  const declared = declaredDTypes(subject.plugin, "take");
  return declared.includes(exampleOf(subject).sample.dtype) ? declared.find(isInteger) : undefined;
}

/** The region, and beside it elements that are taken from a table along its first axis. */
function withTake(region: Region, table: NDArray, index: NDArray): Region {
  const values = [...region.values];
  const add = ({
    dtype,
    shape,
  }: {
    readonly dtype: NDArray["dtype"];
    readonly shape: readonly number[];
  }): number => values.push({ id: values.length, type: new TensorType(dtype, shape), dtype, shape }) - 1;
  const operands = [add(table), add(index)];
  const output = add({ dtype: table.dtype, shape: [1, ...table.shape.slice(1)] });
  const take: RegionNode = { op: "take", params: { axis: 0 }, inputs: operands, output };
  return {
    ...region,
    values,
    inputs: [...region.inputs, ...operands],
    nodes: [...region.nodes, take],
    outputs: [...region.outputs, output],
  };
}
