import { createRuntime } from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { expect, it } from "vitest";

const runtime = createRuntime({ plugins: [cpu] });
const lossy = expect.objectContaining({ code: "LOSSY_VALUE" });
const wide = fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n });

it("bigints are kept exactly or refused, never wrapped", () => {
  fc.assert(
    fc.property(wide, (value) => {
      const variable = runtime.shared(7n);
      if (BigInt.asIntN(64, value) === value) {
        variable.setValue(value);
        expect(variable.getValue().toArray()).toBe(value);
      } else {
        expect(() => variable.setValue(value)).toThrow(lossy);
        expect(() => runtime.shared([0n, value])).toThrow(lossy);
        expect(variable.getValue().toArray()).toBe(7n);
      }
    }),
  );
});

it("uint64 takes what it can hold", () => {
  const variable = runtime.shared(new BigUint64Array([1n]));
  variable.setValue([2n ** 64n - 1n]);
  expect(variable.getValue().toArray()).toEqual([2n ** 64n - 1n]);
  for (const value of [2n ** 64n, -1n]) expect(() => variable.setValue([value])).toThrow(lossy);
});
