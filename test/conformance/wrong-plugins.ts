/** Plugins that break one promise each. */
import {
  compileWithKernels,
  type Executable,
  kwarg,
  NDArray,
  type Plugin,
  RefusalError,
  type Region,
  referenceKernels,
  SharedVariable,
  tryNDArray,
} from "@bitale/core";
import {
  boxPlugin,
  type Construct,
  InPlaceType,
  inPlacePlugin,
  kernels,
  narrowPlugin,
  noAliases,
  pluginOf,
  type TypeClass,
} from "./honest-plugins.js";
import * as types from "./wrong-types.js";
import * as variables from "./wrong-variables.js";
import { inClass } from "./wrong-variables.js";

/** What it does wrong, and the plugin; `wrong-plugins-fail.ts` says which cases it fails. */
export type WrongPlugin = readonly [name: string, plugin: Plugin];

const ofType = (type: TypeClass): Plugin => pluginOf({ type });
const ofConstruct = (construct: (right: Construct) => Construct): Plugin => pluginOf({ construct });
const foreign = (value: unknown): boolean => tryNDArray(value) === undefined;

/** Gives the first variable's storage to all of its Type. */
function oneForAll(right: Construct): Construct {
  let first: SharedVariable | undefined;
  return (value, options) => {
    const variable = right(value, options) as SharedVariable;
    first ??= variable;
    if (!first.type.equals(variable.type)) return variable;
    return new SharedVariable(options.name, first.type, undefined, undefined, { container: first.container });
  };
}

/** Takes nothing any more, once it has refused something. */
function sulks(right: Construct): Construct {
  let refused = false;
  return (value, options) => {
    refused ||= foreign(value);
    if (refused) throw new RefusalError("no more");
    return right(value, options);
  };
}

/** What comes out of the right compiler, changed. */
const compiler =
  (change: (right: Executable, region: Region) => Executable["run"]) =>
  (region: Region): Executable => {
    const right = compileWithKernels(region, kernels);
    return { ...right, run: change(right, region) };
  };
const viewOf = ({ data, shape, dtype }: NDArray): NDArray => new NDArray({ data, shape, dtype });
const first = (list: readonly unknown[]): NDArray => list[0] as NDArray;

const wrongTypes: readonly WrongPlugin[] = [
  ["aliases on a copying get", ofType(types.AliasesOnCopy)],
  ["copies on a borrowing get", ofType(types.CopiesOnBorrow)],
  ["reads nothing into an array", ofType(types.WritesNothing)],
  ["keeps the caller's memory without borrow", ofType(types.KeepsOnSet)],
  ["gives the storage for an internal copy", ofType(types.InternalAliases)],
  ["ignores strict", ofType(types.IgnoresStrict)],
  ["casts anything", ofType(types.CastsAnything)],
  ["never casts", ofType(types.NeverCasts)],
  ["spoils the caller's arrays", ofType(types.SpoilsArguments)],
  ["takes another rank", ofType(types.IgnoresRank)],
  ["makes a tensor of a string", ofType(types.TakesNonsense)],
  ["lets functions take strings", ofType(types.LaxArguments)],
  ["rounds what it stores", ofType(types.Rounds)],
  ["gives the value that it read first", ofType(types.RemembersFirst)],
  ["makes 0 of -0", ofType(types.LosesMinusZero)],
  ["does not look at strides", ofType(types.IgnoresStrides)],
  ["writes all values of a variable into one buffer", ofType(types.OneBuffer)],
  ["does not clear what it says to have cleared", ofType(types.ClearsNothing)],
  ["gives back memory that is still used", boxPlugin({ type: types.Recycles })],
  ["takes internal values of another dtype", boxPlugin({ type: types.TrustsInternal })],
  ["tells wrong lengths", boxPlugin({ type: types.Misreports })],
];

const wrongConstructors: readonly WrongPlugin[] = [
  ["takes everything", ofConstruct((right) => (value, o) => right(foreign(value) ? 0 : value, o))],
  [
    "throws a plain error instead of a refusal",
    ofConstruct((right) => (value, o) => {
      if (foreign(value)) throw new Error("no");
      return right(value, o);
    }),
  ],
  [
    "refuses without a reason",
    ofConstruct((right) => (value, o) => {
      if (foreign(value)) throw new RefusalError("");
      return right(value, o);
    }),
  ],
  ["takes nothing after a refusal", ofConstruct(sulks)],
  ["loses the name", ofConstruct((right) => (value, o) => right(value, { ...o, name: undefined }))],
  ["loses strictness", ofConstruct((right) => (value, o) => right(value, { ...o, strict: false }))],
  [
    "loses allowDowncast",
    ofConstruct((right) => (value, o) => right(value, { ...o, allowDowncast: undefined })),
  ],
  ["ignores borrow", ofConstruct((right) => (value, o) => right(value, { ...o, borrow: false }))],
  [
    "refuses when it is asked by name",
    ofConstruct((right) => (value, o) => {
      if (o.requested) throw new RefusalError("do not ask for me");
      return right(value, o);
    }),
  ],
  ["gives one storage to all", ofConstruct(oneForAll)],
  ["pins the lengths of the first value", pluginOf({ pinned: true })],
  [
    "takes only arrays of core",
    ofConstruct((right) => (value, o) => {
      if (!(value instanceof NDArray)) throw new RefusalError("no NDArray");
      return right(value, o);
    }),
  ],
  [
    "has a kwarg whose schema waits",
    pluginOf({
      kwargs: {
        borrow: kwarg.boolean(),
        late: { "~standard": { version: 1, vendor: "test", validate: async (value) => ({ value }) } },
      },
    }),
  ],
];

const wrongVariables: readonly WrongPlugin[] = [
  ["does not dispose", ofConstruct(inClass(variables.IgnoresDispose))],
  ["copies what is borrowed as internal value", ofConstruct(inClass(variables.CopiesInternal))],
  ["takes null", ofConstruct(inClass(variables.TakesNull))],
  ["ignores setValue", ofConstruct(inClass(variables.IgnoresSet))],
];

const wrongDeclarations: readonly WrongPlugin[] = [
  ["declares that it sets in place", pluginOf({ aliases: { setInPlace: true, setCastInPlace: true } })],
  ["sets in place and does not say so", ofType(InPlaceType)],
  ["declares that it does not take arrays", pluginOf({ aliases: { constructsFromNDArray: false } })],
  ["declares that borrowing copies", pluginOf({ aliases: noAliases })],
  ["declares a borrow kwarg's promise and has no such kwarg", pluginOf({ kwargs: {} })],
  ["declares too few dtypes", pluginOf({ supports: { dtypes: ["float32"] } })],
  ["declares too many dtypes", pluginOf({ takes: ["float32", "float64", "int32"] })],
  ["declares that reading waits", pluginOf({ supports: { syncRead: false } })],
  ["declares that reading does not wait", boxPlugin({ supports: { syncRead: true } })],
  ["declares less of int64 than it holds", narrowPlugin({ type: undefined as never })],
];

const wrongCompilers: readonly WrongPlugin[] = [
  ["declares ops and has no compiler", pluginOf({ compileRegion: null })],
  [
    "declares an op without a kernel",
    pluginOf({ supports: { ops: { add: ["float32"], mul: ["float32"] } } }),
  ],
  ["declares an op for dtypes that it does not have", pluginOf({ supports: { ops: { exp: ["int32"] } } })],
  [
    "computes a little wrong",
    pluginOf({
      compileRegion: compiler(({ run }) => (inputs, scalars) => {
        const results = run(inputs, scalars);
        const { data } = first(results);
        if (data.length > 1) data[0] = (Number(data[0]) + 1) as never;
        return results;
      }),
    }),
  ],
  [
    "computes into an operand",
    pluginOf({
      compileRegion: compiler(({ run }) => (inputs, scalars) => {
        const results = run(inputs, scalars);
        if (first(inputs).size === first(results).size) first(inputs).data.set(first(results).data as never);
        return results;
      }),
    }),
  ],
  [
    "computes new values into the old ones",
    pluginOf({
      supports: { ops: { neg: ["float32"] } },
      compileRegion: compiler(({ run }) => (inputs, scalars) => {
        const results = run(inputs, scalars);
        first(inputs).data.set(first(results).data as never);
        return results;
      }),
    }),
  ],
  [
    "reuses the memory of its results",
    pluginOf({
      compileRegion: compiler(({ run }) => {
        let kept: NDArray | undefined;
        return (inputs, scalars) => {
          const result = first(run(inputs, scalars));
          kept ??= result;
          kept.data.set(result.data as never);
          return [viewOf(kept)];
        };
      }),
    }),
  ],
  [
    "gives two views of one result",
    pluginOf({
      compileRegion: compiler(({ run }, { outputs }) => (inputs, scalars) => {
        const result = first(run(inputs, scalars));
        return outputs.map(() => viewOf(result));
      }),
    }),
  ],
  [
    "changes its constants",
    pluginOf({
      compileRegion: compiler(({ run }, { constants }) => (inputs, scalars) => {
        const results = run(inputs, scalars);
        for (const { data } of constants.values()) data.fill(0 as never);
        return results;
      }),
    }),
  ],
];

/** A compiler that reuses storage: what it does with a result that may be written into a donated operand. */
const reusing = (run: (right: Executable["run"], region: Region) => Executable["run"]): Plugin =>
  pluginOf({
    supports: { reuse: true, ops: { add: ["float32", "int32"], take: ["float32", "int32"] } },
    compileRegion: (region) => {
      const right = compileWithKernels(region, { ...kernels, take: referenceKernels.take });
      return { ...right, run: run(right.run, region) };
    },
  });
const write = (target: unknown, value: unknown): NDArray => {
  (target as NDArray).data.set((value as NDArray).copy().data as never);
  return target as NDArray;
};
const honestReuse: Plugin = reusing((run) => (inputs, scalars, [target] = []) => {
  const [result, ...others] = run(inputs, scalars);
  return [target === undefined ? result : write(target, result), ...others];
});

const wrongReuse: readonly WrongPlugin[] = [
  [
    "writes into what was not donated",
    reusing((run) => (inputs, scalars, donated) => {
      const [result, ...others] = run(inputs, scalars);
      return [donated === undefined ? result : write(inputs[0], result), ...others];
    }),
  ],
  [
    "spoils donated storage and does not use it",
    reusing((run) => (inputs, scalars, [target] = []) => {
      const results = run(inputs, scalars);
      if (target !== undefined) (target as NDArray).data.fill(1 as never);
      return results;
    }),
  ],
  [
    "gives back donated storage with its old content",
    reusing((run) => (inputs, scalars, [target] = []) => {
      const [result, ...others] = run(inputs, scalars);
      return [target ?? result, ...others];
    }),
  ],
  [
    "overwrites what it still has to read",
    reusing((run) => (inputs, scalars, [target] = []) => {
      const [result] = run(inputs, scalars);
      if (target === undefined) return run(inputs, scalars);
      write(target, result);
      return [target, ...run(inputs, scalars).slice(1)];
    }),
  ],
  [
    "writes a lent result before it has read it as an operand",
    reusing((run, { reuse }) => {
      let lent: NDArray | undefined;
      return (inputs, scalars) => {
        if (reuse?.transient.has(0) !== true) return run(inputs, scalars);
        if (inputs[0] === lent) lent?.data.fill(0 as never);
        lent = write(lent ?? first(inputs).copy(), first(run(inputs, scalars)));
        return [lent];
      };
    }),
  ],
  [
    "writes before it has checked indices",
    reusing((run) => (inputs, scalars, [target] = []) => {
      const before = target === undefined ? undefined : (target as NDArray).copy();
      if (target !== undefined) (target as NDArray).data.fill(1 as never);
      const [result, ...others] = run([before ?? inputs[0], ...inputs.slice(1)], scalars);
      return [target === undefined ? result : write(target, result), ...others];
    }),
  ],
];

export const wrongPlugins: readonly WrongPlugin[] = [
  ...wrongTypes,
  ...wrongConstructors,
  ...wrongVariables,
  ...wrongDeclarations,
  ...wrongCompilers,
  ...wrongReuse,
];
export const honestPlugins: readonly (readonly [name: string, plugin: Plugin])[] = [
  ["keeps arrays", pluginOf()],
  ["writes in place", inPlacePlugin()],
  ["writes into donated storage", honestReuse],
  ["keeps boxes that are read later", boxPlugin()],
  ["holds int64 in 32 bits", narrowPlugin()],
];
