import {
  createRuntime,
  type ErrorCode,
  HOST_MEMORY,
  inject,
  injectable,
  isBitaleError,
  kwarg,
  NoSharedConstructorError,
  PLUGIN_OPTIONS,
  type Plugin,
  RefusalError,
  type RuntimeOptions,
  scalar,
} from "@bitale/core";
import { describe, expect, it } from "vitest";
import { plainPlugin, takeDense } from "./plain-plugin.js";

const runtimeOf = (plugins: readonly Plugin[], options: RuntimeOptions = {}) => {
  const warnings: string[] = [];
  const runtime = createRuntime({ plugins, env: {}, warn: (text) => warnings.push(text), ...options });
  const owner = (value: unknown, kwargs: Record<string, unknown> = {}) =>
    runtime.explain(value, kwargs).backend;
  return { runtime, warnings, owner };
};
async function code(body: () => unknown): Promise<ErrorCode | undefined> {
  try {
    await body();
  } catch (error) {
    if (!isBitaleError(error)) throw error;
    return error.code;
  }
  return undefined;
}
const refuse = () => {
  throw new RefusalError("not mine");
};

describe("order", () => {
  const [a, b, c] = [
    plainPlugin("a", { priority: 1 }),
    plainPlugin("b", { priority: 5 }),
    plainPlugin("c", { priority: 5 }),
  ];
  it("is priority, then id, whatever the order of import", () => {
    expect(runtimeOf([c, a, b]).runtime.plugins.map((p) => p.id)).toEqual(["b", "c", "a", "generic"]);
  });
  it("is the config's first", () => {
    expect(runtimeOf([a, b, c], { backends: ["a", "c"] }).owner(1)).toBe("a");
    expect(runtimeOf([a, b, c], { env: { BITALE_BACKENDS: "c, a" } }).owner(1)).toBe("c");
    expect(runtimeOf([a, b, c], { env: { BITALE_BACKENDS: "c" }, backends: ["a"] }).owner(1)).toBe("a");
    expect(runtimeOf([a, b, c], { disable: ["b", "c"] }).owner(1)).toBe("a");
  });
  it("rules for single variables come before it", () => {
    const { owner } = runtimeOf([a, b], {
      variables: [
        { name: "images.*", backend: "a" },
        { name: "*", backend: "b" },
      ],
    });
    expect(owner(1, { name: "images.train" })).toBe("a");
    expect(owner(1, { name: "W" })).toBe("b");
    expect(owner(1, { name: "images.train", backend: "b" })).toBe("b");
  });
  it("constructors added at run time are asked first, the latest first, until they are removed", () => {
    const { runtime, owner } = runtimeOf([a]);
    const removeFirst = runtime.sharedConstructor(takeDense, { id: "first" });
    runtime.sharedConstructor(refuse, { id: "second" });
    expect(runtime.explain(1).verdicts.map((v) => [v.backend, v.outcome])).toEqual([
      ["second", "refused"],
      ["first", "taken"],
      ["a", "not asked"],
      ["generic", "not asked"],
    ]);
    removeFirst();
    expect(owner(1)).toBe("a");
  });
});

describe("explain", () => {
  const deaf = plainPlugin("deaf", { priority: 3, construct: refuse });
  const choosy = plainPlugin("choosy", { priority: 2, kwargs: { format: kwarg.oneOf(["x"]) } });
  const buggy = plainPlugin("buggy", {
    priority: 1,
    construct: () => {
      throw new Error("a bug");
    },
  });
  const last = plainPlugin("last");
  const told = (plugins: readonly Plugin[], value: unknown, kwargs = {}) => {
    const { runtime } = runtimeOf(plugins, { warn: () => {} });
    const { backend, verdicts, error } = runtime.explain(value, kwargs);
    const thrown = (() => {
      try {
        runtime.shared(value as never, kwargs);
      } catch (caught) {
        return (caught as Error).message;
      }
      return undefined;
    })();
    expect(error?.message).toBe(thrown);
    return [backend, ...verdicts.map((v) => `${v.backend} ${v.outcome}: ${v.reason}`)];
  };
  const over = "not asked: an earlier one took the value";
  it("tells who was asked, in which order, and why not", () => {
    expect(told([last, choosy, deaf], 1)).toEqual([
      "choosy",
      "deaf refused: not mine",
      "choosy taken: takes the value",
      `last ${over}`,
      `generic ${over}`,
    ]);
    expect(told([last, choosy, deaf], 1, { format: "x" })).toEqual([
      "choosy",
      "deaf kwargs: does not accept format",
      "choosy taken: takes the value",
      `last ${over}`,
      `generic ${over}`,
    ]);
  });
  it("tells what ends the search with an error", () => {
    expect(told([last, buggy, deaf], 1)).toEqual([
      undefined,
      "deaf refused: not mine",
      "buggy threw: a bug",
      "last not asked: buggy ended the search with an error",
      "generic not asked: buggy ended the search with an error",
    ]);
    const bad = told([last, choosy], 1, { format: "y" }) as string[];
    expect(bad[1]).toMatch(/^choosy kwargs: kwarg format of choosy/);
    expect(bad[2]).toBe("last kwargs: does not accept format");
    expect(told([last, choosy], 1, { formt: "x" })).toEqual([
      undefined,
      "choosy kwargs: does not accept formt",
      "last kwargs: does not accept formt",
      "generic kwargs: does not accept formt",
    ]);
    expect(told([last], scalar("x"))).toEqual([undefined]);
    expect(told([last], 1, { backend: "absent" })).toEqual([undefined]);
  });
  it("tells of plugins that did not start", () => {
    const broken = plainPlugin("broken", {
      priority: 5,
      start: () => {
        throw new Error("no driver");
      },
    });
    const [backend, first, ...rest] = told([last, broken], 1);
    expect(backend).toBe("last");
    expect(first).toMatch(/^broken failed: .*no driver/);
    expect(rest).toEqual(["last taken: takes the value", `generic ${over}`]);
  });
});

describe("kwargs", () => {
  const plain = plainPlugin("plain");
  const formatted = plainPlugin("formatted", { priority: -1, kwargs: { format: kwarg.oneOf(["x", "y"]) } });
  it("limit the candidates to those that accept them", () => {
    const { owner, runtime } = runtimeOf([plain, formatted]);
    expect(owner(1)).toBe("plain");
    expect(owner(1, { format: "x" })).toBe("formatted");
    expect(owner(1, { format: undefined })).toBe("plain");
    expect(runtime.explain(1, { format: "x" }).verdicts[0]).toMatchObject({
      backend: "plain",
      outcome: "kwargs",
    });
  });
  it("that nobody knows are an error even where a value would find a taker", async () => {
    const { runtime } = runtimeOf([plain, formatted]);
    expect(await code(() => runtime.shared(1, { formt: "x" } as never))).toBe("UNKNOWN_KWARG");
    expect(() => runtime.shared(1, { formt: "x" } as never)).toThrow(/did you mean format/);
    expect(await code(() => runtime.shared(1, { format: "z" } as never))).toBe("BAD_KWARG");
  });
  it("reach the constructor as their schemas give them back", () => {
    let seen: object = {};
    const trim = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (v: unknown) => ({ value: String(v).trim() }),
      },
    };
    const spy = plainPlugin("spy", {
      kwargs: { tag: trim },
      construct: (value, options) => {
        seen = options;
        return takeDense(value, options);
      },
    });
    runtimeOf([spy]).runtime.shared(1, { tag: " a ", name: "s", strict: false } as never);
    expect(seen).toEqual({ tag: "a", name: "s", strict: false, allowDowncast: undefined, requested: false });
  });
});

describe("refusal and failure", () => {
  it("a refusal, thrown or returned, asks the next one; no taker lists every reason", () => {
    const thrown = plainPlugin("thrown", { priority: 2, construct: refuse });
    const returned = plainPlugin("returned", { priority: 1, construct: () => new RefusalError("nor mine") });
    const { runtime } = runtimeOf([thrown, returned]);
    try {
      runtime.shared(1);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(NoSharedConstructorError);
      expect((error as NoSharedConstructorError).candidates.slice(0, 2)).toEqual([
        { backend: "thrown", reason: "not mine" },
        { backend: "returned", reason: "nor mine" },
      ]);
    }
    expect(runtimeOf([thrown, plainPlugin("taker")]).owner(1)).toBe("taker");
  });
  it("any other error is a bug and reaches the caller", () => {
    const broken = plainPlugin("broken", {
      priority: 1,
      construct: () => {
        throw new TypeError("oops");
      },
    });
    expect(() => runtimeOf([broken, plainPlugin("taker")]).runtime.shared(1)).toThrow("oops");
  });
  it("an allocation failure hints at borrow", async () => {
    const full = plainPlugin("full", { construct: () => new Float64Array(2 ** 52) as never });
    const { runtime } = runtimeOf([full]);
    expect(await code(() => runtime.shared(1))).toBe("OUT_OF_MEMORY");
    expect(() => runtime.shared(1)).toThrow(/borrow: true/);
  });
  it("rubbish from a constructor is the plugin's error", async () => {
    expect(
      await code(() => runtimeOf([plainPlugin("odd", { construct: () => 7 as never })]).runtime.shared(1)),
    ).toBe("BAD_PLUGIN");
  });
  it("symbolic values are refused before anybody is asked", async () => {
    let asked = false;
    const spy = plainPlugin("spy", {
      construct: (...args) => {
        asked = true;
        return takeDense(...args);
      },
    });
    const { runtime } = runtimeOf([spy]);
    const s = runtime.shared(1);
    asked = false;
    expect(await code(() => runtime.shared(s as never))).toBe("SYMBOLIC_VALUE");
    expect(asked).toBe(false);
  });
});

describe("isolation", () => {
  const broken = plainPlugin("broken", {
    priority: 9,
    start: () => {
      throw new Error("no luck");
    },
  });
  it("a plugin that fails to start is recorded, warned about once, and passed over", async () => {
    const { runtime, warnings, owner } = runtimeOf([broken, plainPlugin("taker")]);
    expect([owner(1), owner(2)]).toEqual(["taker", "taker"]);
    expect(warnings.length).toBe(1);
    expect(runtime.failures).toMatchObject([
      { plugin: "broken", stage: "start", origin: "createRuntime({ plugins })" },
    ]);
    expect(await code(() => runtime.shared(1, { backend: "broken" } as never))).toBe("BACKEND_FAILED");
    expect(await code(() => runtime.shared(1, { backend: "tacker" } as never))).toBe("UNKNOWN_BACKEND");
  });
  it("strictPlugins makes it an error", () => {
    const { runtime } = runtimeOf([broken, plainPlugin("taker")], { strictPlugins: true });
    expect(() => runtime.shared(1)).toThrow("no luck");
  });
  it("a backend that starts asynchronously is waited for, and its failure is kept to itself", async () => {
    const late = plainPlugin("late", { priority: 1, start: () => ({ init: () => Promise.resolve() }) });
    const first = runtimeOf([late, plainPlugin("other")]);
    expect(await code(() => first.runtime.shared(1))).toBe("BACKEND_NOT_READY");
    await first.runtime.ready();
    expect(first.owner(1)).toBe("late");

    const dead = plainPlugin("dead", {
      priority: 1,
      start: () => ({ init: () => Promise.reject(new Error("no adapter")) }),
    });
    const second = runtimeOf([dead, plainPlugin("other")]);
    await second.runtime.ready();
    expect(second.owner(1)).toBe("other");
    expect(second.runtime.failures[0]).toMatchObject({ plugin: "dead", stage: "init" });
    expect(await code(() => runtimeOf([dead], { backends: ["dead"] }).runtime.ready())).toBe(
      "BACKEND_FAILED",
    );
  });
  it("ready() starts what is named: in the call, else in the configuration", async () => {
    const started: string[] = [];
    const late = (id: string) =>
      plainPlugin(id, {
        start: () => ({
          init: async () => {
            started.push(id);
          },
        }),
      });
    const { runtime } = runtimeOf([late("a"), late("b"), late("c")], {
      backends: ["a"],
      variables: [{ name: "x", backend: "b" }],
    });
    await runtime.ready();
    expect(started).toEqual(["a", "b"]);
    await runtime.ready("c", "a");
    expect(started).toEqual(["a", "b", "c"]);
    expect(await code(() => runtime.ready("d"))).toBe("UNKNOWN_BACKEND");
  });
  it("two plugins with one id: the first stays, the second is a failure", () => {
    const { runtime } = runtimeOf([plainPlugin("a"), plainPlugin("a")]);
    expect(runtime.failures[0]?.error).toMatchObject({ code: "DUPLICATE_PLUGIN" });
    expect(runtime.plugins.length).toBe(2);
  });
  it("what is no plugin is refused", async () => {
    expect(await code(() => runtimeOf([{ id: "X" } as never]))).toBe("BAD_PLUGIN");
    expect(await code(() => plainPlugin("a", { kwargs: { name: kwarg.string() } }))).toBe("BAD_PLUGIN");
  });
});

describe("injection", () => {
  @injectable()
  class Injected {
    constructor(
      @inject(PLUGIN_OPTIONS) readonly options: { readonly folder?: string },
      @inject(HOST_MEMORY) readonly memory: { allocate: unknown },
    ) {}
    construct = (value: unknown, options: never) => {
      if (this.options.folder !== "here" || typeof this.memory.allocate !== "function")
        throw new Error("not injected");
      return takeDense(value, options);
    };
  }
  const withClass = (useClass: never): Plugin => ({ ...plainPlugin("injected"), use: { useClass } });

  it("gives a class its services, and each plugin its own options", () => {
    const { owner } = runtimeOf([withClass(Injected as never)], {
      pluginOptions: { injected: { folder: "here" } },
    });
    expect(owner(1)).toBe("injected");
  });
  it("refuses a class with a parameter that nobody names", () => {
    class Bare {
      construct = takeDense;
      constructor(readonly memory: unknown) {}
    }
    const { runtime, owner } = runtimeOf([withClass(Bare as never), plainPlugin("other")]);
    expect(owner(1)).toBe("other");
    expect(runtime.failures[0]?.error).toMatchObject({ code: "BAD_PLUGIN" });
  });
});

describe("dispose", () => {
  it("runs once, the last started first, and one failure does not stop the rest", async () => {
    const order: string[] = [];
    const noted = (id: string, fails = false) =>
      plainPlugin(id, {
        start: () => ({
          dispose: () => {
            order.push(id);
            if (fails) throw new Error(`${id} fails`);
          },
        }),
      });
    const { runtime } = runtimeOf([noted("a"), noted("b", true), noted("c")]);
    runtime.compile([], []);
    const [first, second] = [runtime.dispose(), runtime.dispose()];
    await expect(first).rejects.toThrow(AggregateError);
    await expect(second).rejects.toThrow(AggregateError);
    expect(order).toEqual(["c", "b", "a"]);
  });
});
