/** The encoder of WebAssembly: what it writes is read back by wabt, and means what the names say. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import wabtModule from "wabt";
import {
  call,
  choose,
  get,
  select,
  set,
  signed,
  tee,
  unsigned,
  when,
} from "../../../plugins/tensor-cpu/dist/wasm/code.js";
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i8x16,
  i16x8,
  i32,
  i32x4,
  i64x2,
  v128,
} from "../../../plugins/tensor-cpu/dist/wasm/instructions.js";
import { i32s, increase, ModuleBuilder } from "../../../plugins/tensor-cpu/dist/wasm/module.js";

const families = { i32, f32, f64, v128, i32x4, i16x8, i8x16, i64x2, f32x4, f64x2 };
const wabt = await wabtModule();

/** The text of a module, as wabt reads its bytes. */
function disassembled(module: ModuleBuilder): string {
  const bytes = module.encode();
  expect(WebAssembly.validate(bytes)).toBe(true);
  const read = wabt.readWasm(bytes, { readDebugNames: true, relaxed_simd: true } as never);
  read.generateNames();
  read.applyNames();
  return read.toText({ foldExprs: false, inlineExport: false });
}

function instantiate(module: ModuleBuilder, imports: Record<string, () => number> = {}) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), {
    env: { memory, ...imports },
  });
  return { memory, exports: exports as Record<string, (...args: number[]) => number> };
}

describe("numbers", () => {
  it("are LEB128", () => {
    expect(unsigned(624_485)).toEqual([0xe5, 0x8e, 0x26]);
    expect(signed(-123_456)).toEqual([0xc0, 0xbb, 0x78]);
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const module = new ModuleBuilder();
        module.function({}, { name: "f", results: ["i32"] }).body(i32.const(value));
        expect(instantiate(module).exports.f?.()).toBe(value);
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(fc.nat(), (value) => {
        const decoded = unsigned(value).reduce((sum, byte, i) => sum + (byte & 127) * 2 ** (7 * i), 0);
        expect(decoded).toBe(value);
      }),
    );
  });
});

type Encode = (...args: unknown[]) => never;

describe("instructions", () => {
  /** camelCase names in a family, as the text format writes them. */
  const textOf = (family: string, name: string): string => {
    const irregular: Record<string, string> = {
      "v128.load32Splat": "v128.load32_splat",
      "v128.load64Splat": "v128.load64_splat",
      "v128.load32Zero": "v128.load32_zero",
      "v128.load64Zero": "v128.load64_zero",
      "v128.shuffle": "i8x16.shuffle",
      "f32.promote": "f64.promote_f32",
      "f32.demote": "f32.demote_f64",
      "f64.fromI32": "f64.convert_i32_s",
      "f64.fromU32": "f64.convert_i32_u",
      "i8x16.extract": "i8x16.extract_lane_u",
      "i16x8.extract": "i16x8.extract_lane_u",
      "i32x4.extract": "i32x4.extract_lane",
      "i32x4.replace": "i32x4.replace_lane",
      "i64x2.extract": "i64x2.extract_lane",
      "i64x2.replace": "i64x2.replace_lane",
      "f32x4.extract": "f32x4.extract_lane",
      "f32x4.replace": "f32x4.replace_lane",
      "f64x2.extract": "f64x2.extract_lane",
      "f64x2.replace": "f64x2.replace_lane",
    };
    const snake = name.replace(/([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);
    return irregular[`${family}.${name}`] ?? `${family}.${snake}`;
  };
  const cases = Object.entries(families).flatMap(([family, members]) =>
    Object.entries(members).map(([name, encode]) => [family, name, encode as Encode] as const),
  );

  const nothing: readonly number[] = [];
  const sixteen = new Array<number>(16).fill(0);
  /** Immediates stand at their places; operands are left out, which unreachable code may. */
  const argumentsOf = (family: string, name: string): unknown[] => {
    if (name === "const") return [family === "v128" ? sixteen : 1];
    if (name === "shuffle") return [nothing, nothing, sixteen];
    if (name === "extract") return [nothing, 0];
    if (name === "replace") return [nothing, 0, nothing];
    if (name.endsWith("Lane")) return [nothing, nothing, 0];
    if (name.startsWith("load")) return [nothing];
    return name.startsWith("store") ? [nothing, nothing] : [nothing, nothing, nothing];
  };

  it.each(cases)("%s.%s is what its name says", (family, name, encode) => {
    const unreachable = 0x00;
    const module = new ModuleBuilder();
    module.function({}).body(unreachable, encode(...argumentsOf(family, name)), unreachable);
    const read = wabt.readWasm(module.encode(), { relaxed_simd: true } as never);
    const lines = read.toText({ foldExprs: false, inlineExport: false }).split("\n");
    const names = lines.map((line) => line.trim().split(/[\s)]/)[0]);
    expect(names).toContain(textOf(family, name));
  });
});

describe("modules", () => {
  it("hold functions, imports and exports under their names", () => {
    const module = new ModuleBuilder();
    const answer = module.import("answer", [], ["i32"]);
    const twice = module.function(i32s("x"), { results: ["i32"] });
    twice.body(i32.mul(get(twice.parameters.x), i32.const(2)));
    const main = module.function({ x: "i32", y: "f32" }, { name: "main", results: ["i32"] });
    main.body(i32.add(call(twice, get(main.parameters.x)), call(answer)));
    const text = disassembled(module);
    expect(text).toContain('(import "env" "memory" (memory');
    expect(text).toContain('(import "env" "answer"');
    expect(text).toContain('(export "main"');
    expect(text).toMatch(/param \$p0 i32\) \(param \$p1 f32\) \(result i32\)/);
    expect(instantiate(module, { answer: () => 42 }).exports.main?.(4, 0)).toBe(50);
  });

  it("have loops, branches and choices", () => {
    const module = new ModuleBuilder();
    const sum = module.function(i32s("n", "step"), { name: "sum", results: ["i32"] });
    const { n } = sum.parameters;
    const { i, total } = sum.integers("i", "total");
    sum.body(
      sum.countUp(i, get(n), [
        set(total, i32.add(get(total), get(i))),
        when(i32.eq(get(i), i32.const(3)), increase(total, 100), increase(total, 1)),
      ]),
      select(
        i32.eqz(get(n)),
        i32.const(-1),
        choose("i32", get(total), tee(total, get(total)), i32.const(-2)),
      ),
    );
    disassembled(module);
    const { exports } = instantiate(module);
    expect([0, 1, 5].map((count) => exports.sum?.(count, 0))).toEqual([-1, 1, 114]);
  });

  it("work on the memory that they are given", () => {
    const module = new ModuleBuilder();
    const scale = module.function({ at: "i32", by: "f32" }, { name: "scale" });
    const { at, by } = scale.parameters;
    const vector = scale.local("v128");
    scale.body(
      set(vector, f32x4.mul(v128.load(get(at)), f32x4.splat(get(by)))),
      v128.store(get(at), get(vector)),
      f32.store(get(at), f32.add(f32.load(get(at)), f32.const(0.5)), 16),
    );
    expect(disassembled(module)).toContain("f32x4.mul");
    const { exports, memory } = instantiate(module);
    const floats = new Float32Array(memory.buffer);
    floats.set([1, 2, 3, 4]);
    exports.scale?.(0, 3);
    expect([...floats.subarray(0, 5)]).toEqual([3, 6, 9, 12, 3.5]);
  });
});
