/** The kit itself: plugins that break one promise each fail exactly the cases that are about it. */
import {
  type AliasFlags,
  type Backend,
  type BorrowOptions,
  definePlugin,
  type FilterOptions,
  kwarg,
  type NDArray,
  type Plugin,
  RefusalError,
  SharedVariable,
  TensorType,
  tryNDArray,
} from "@bitale/core";
import { caseIds, conformance, reportText, runConformance } from "@bitale/core/conformance";
import { describe, expect, it } from "vitest";

const honest: AliasFlags = {
  getBorrowAliases: true,
  constructBorrowAliases: true,
  setBorrowAliases: true,
  setInPlace: false,
  setCastInPlace: false,
  constructsFromNDArray: true,
};

type TypeClass = new (dtype: NDArray["dtype"], shape: readonly null[]) => TensorType;
type Construct = Backend["construct"];

const construct =
  (Class: TypeClass): Construct =>
  (value, { name, strict, allowDowncast, borrow }) => {
    const found = tryNDArray(value);
    if (found === undefined) throw new RefusalError("not dense");
    const type = new Class(
      found.array.dtype,
      found.array.shape.map(() => null),
    );
    return new SharedVariable(name, type, value, strict, { allowDowncast, borrow: borrow === true });
  };

function pluginOf(
  changes: {
    type?: TypeClass;
    construct?: (right: Construct) => Construct;
    aliases?: Partial<AliasFlags>;
  } = {},
): Plugin {
  const right = construct(changes.type ?? TensorType);
  return definePlugin({
    id: "wrong",
    apiVersion: 1,
    priority: 0,
    kwargs: { borrow: kwarg.boolean() },
    supports: { dtypes: ["float32", "int32"], syncRead: true, aliases: { ...honest, ...changes.aliases } },
    use: { useFactory: () => ({ construct: changes.construct?.(right) ?? right }) },
  });
}
const failures = async (plugin: Plugin): Promise<string[]> =>
  (await runConformance(plugin)).failed.map(({ id }) => id);

class AliasesOnCopy extends TensorType {
  override toHost(internal: NDArray): NDArray {
    return internal;
  }
}
class CopiesOnBorrow extends TensorType {
  override toHost(internal: NDArray): NDArray {
    return internal.copy();
  }
}
class KeepsOnSet extends TensorType {
  override fromHost(host: NDArray): NDArray {
    return host;
  }
}
class InternalAliases extends TensorType {
  override copyInternal(internal: NDArray): NDArray {
    return internal;
  }
  override toHost(internal: NDArray, { borrow }: BorrowOptions): NDArray {
    return borrow ? internal : internal.copy();
  }
  override fromHost(host: NDArray, { borrow }: BorrowOptions): NDArray {
    return borrow ? host : host.copy();
  }
}
class IgnoresStrict extends TensorType {
  override filter(value: unknown, options?: FilterOptions): NDArray {
    return super.filter(value, { ...options, strict: false });
  }
}
class CastsAnything extends TensorType {
  override filter(value: unknown, options?: FilterOptions): NDArray {
    return super.filter(value, { ...options, allowDowncast: true });
  }
}
class SpoilsArguments extends TensorType {
  override filter(value: unknown, options?: FilterOptions): NDArray {
    const array = super.filter(value, options);
    const kept = array.copy();
    if (array.size > 0) array.data[array.offset] = 0;
    return kept;
  }
}
const wrong: [string, Plugin, string[]][] = [
  ["aliases on a copying get", pluginOf({ type: AliasesOnCopy }), ["get.copy", "update.borrowed"]],
  ["copies on a borrowing get", pluginOf({ type: CopiesOnBorrow }), ["alias.get-borrow"]],
  [
    "keeps the caller's memory without borrow",
    pluginOf({ type: KeepsOnSet }),
    ["alias.construct-copy", "alias.set-copy"],
  ],
  ["gives the storage for an internal copy", pluginOf({ type: InternalAliases }), ["get.internal-copy"]],
  ["ignores strict", pluginOf({ type: IgnoresStrict }), ["set.lossless-cast"]],
  ["casts anything", pluginOf({ type: CastsAnything }), ["set.lossy-cast"]],
  [
    "spoils the caller's arrays",
    pluginOf({ type: SpoilsArguments }),
    ["alias.construct-borrow", "alias.set-copy", "alias.set-borrow"],
  ],
  [
    "takes everything",
    pluginOf({
      construct: (right) => (value, options) => right(tryNDArray(value) === undefined ? 0 : value, options),
    }),
    ["constructor.refuses-foreign"],
  ],
  [
    "throws a plain error instead of a refusal",
    pluginOf({
      construct: (right) => (value, options) => {
        if (tryNDArray(value) === undefined) throw new Error("no");
        return right(value, options);
      },
    }),
    ["constructor.refuses-foreign"],
  ],
  [
    "loses the name",
    pluginOf({ construct: (right) => (value, options) => right(value, { ...options, name: undefined }) }),
    ["constructor.name"],
  ],
  [
    "loses strictness",
    pluginOf({ construct: (right) => (value, options) => right(value, { ...options, strict: false }) }),
    ["set.lossless-cast"],
  ],
  [
    "ignores borrow",
    pluginOf({ construct: (right) => (value, options) => right(value, { ...options, borrow: false }) }),
    ["alias.construct-borrow"],
  ],
  [
    "gives one variable to all",
    pluginOf({ construct: sharedByAll }),
    [
      "constructor.fresh-storage",
      "set.lossless-cast",
      "set.lossy-cast",
      "update.visible",
      "update.swap",
      "update.clone",
      "update.failing-call",
    ],
  ],
  [
    "declares that it sets in place",
    pluginOf({ aliases: { setInPlace: true, setCastInPlace: true } }),
    ["alias.set-in-place", "alias.set-cast-in-place"],
  ],
  [
    "declares that it does not take arrays",
    pluginOf({ aliases: { constructsFromNDArray: false } }),
    ["constructor.from-ndarray"],
  ],
  [
    "declares that borrowing copies",
    pluginOf({
      aliases: { getBorrowAliases: false, constructBorrowAliases: false, setBorrowAliases: false },
    }),
    ["alias.get-borrow", "alias.construct-borrow", "alias.set-borrow"],
  ],
];

function sharedByAll(right: Construct): Construct {
  let first: SharedVariable | undefined;
  return (value, options) => {
    const variable = right(value, options) as SharedVariable;
    first ??= variable;
    return first.type.equals(variable.type)
      ? new SharedVariable(options.name, first.type, undefined, undefined, { container: first.container })
      : variable;
  };
}

describe("the conformance kit", () => {
  it("passes an honest plugin", async () => {
    const report = await runConformance(pluginOf());
    expect(report.failed).toEqual([]);
    expect(report.passed).toEqual(caseIds);
    expect(reportText(report)).toBe(`wrong: ${caseIds.length} passed, 0 failed, 0 skipped`);
  });

  it.each(wrong)("catches a plugin that %s", async (_name, plugin, expected) => {
    expect(await failures(plugin)).toEqual(expected);
  });

  it("reports what was expected and what was there, as data", async () => {
    const report = await runConformance(
      pluginOf({ type: CopiesOnBorrow }),
      {},
      { only: ["alias.get-borrow"] },
    );
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({
      passed: [],
      failed: [{ id: "alias.get-borrow", expected: /NDArray/ }],
    });
  });

  it("skips only with a reason, and only what exists", async () => {
    const { skipped } = await runConformance(pluginOf(), {}, { skip: { "get.copy": "for this test" } });
    expect(skipped).toEqual([{ id: "get.copy", reason: "for this test" }]);
    expect(() => conformance(pluginOf(), {}, { skip: { "get.copy": " " } })).toThrow(/needs a reason/);
    expect(() => conformance(pluginOf(), {}, { only: ["get.nothing"] })).toThrow(/no case/);
  });
});
