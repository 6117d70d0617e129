/** A WebAssembly module under construction, and its bytes. One imported memory, imported and own functions, exports. */
import {
  type Code,
  flatten,
  get,
  type Local,
  repeat,
  set,
  unsigned,
  type ValueType,
  valueTypes,
  when,
} from "./code.js";
import { i32 } from "./instructions.js";

/** Parameters or local variables by name, in the order in which they are written. */
export type Named<N extends string, T> = { readonly [K in N]: T };

/** Several names of type i32, as most parameters are. */
export const i32s = <N extends string>(...names: readonly N[]): Named<N, "i32"> =>
  Object.fromEntries(names.map((name) => [name, "i32"])) as Named<N, "i32">;

/** A function that others may call: an imported one, or one of the module's own. */
export interface Callee {
  readonly index: number;
}

/** A function under construction. */
export class FunctionBuilder<N extends string = string> implements Callee {
  readonly parameters: Named<N, Local>;
  readonly #place: () => number;
  readonly #parameterCount: number;
  readonly #locals: ValueType[] = [];
  #body: Code = [];

  /** @param place the function's index, asked for when somebody calls it */
  constructor(place: () => number, parameters: Named<N, ValueType>) {
    this.#place = place;
    const types = Object.entries<ValueType>(parameters);
    this.#parameterCount = types.length;
    this.parameters = Object.fromEntries(
      types.map(([name, type], at) => [name, { type, index: at }]),
    ) as Named<N, Local>;
  }

  get index(): number {
    return this.#place();
  }

  local(type: ValueType): Local {
    return { type, index: this.#parameterCount + this.#locals.push(type) - 1 };
  }
  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }
  /** Local variables of type i32. */
  integers<M extends string>(...names: readonly M[]): Named<M, Local> {
    return Object.fromEntries(names.map((name) => [name, this.local("i32")])) as Named<M, Local>;
  }
  /** What the function does; the last expression is its result. */
  body(...code: readonly Code[]): void {
    this.#body = code;
  }

  /** Counts `i` up from 0 as long as it is below `end`; `end` is not negative. */
  countUp(i: Local, end: Code, body: Code, step = 1): Code {
    return [set(i, i32.const(0)), this.countOn(i, end, body, step)];
  }
  /** As `countUp`, from what `i` is now. */
  countOn(i: Local, end: Code, body: Code, step = 1): Code {
    const goesOn = i32.ltS(get(i), end);
    return when(goesOn, repeat([body, increase(i, step)], goesOn));
  }

  /** The entry of the code section. */
  encode(): Code {
    const groups: { count: number; type: ValueType }[] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last?.type === type) last.count++;
      else groups.push({ count: 1, type });
    }
    const locals = groups.map(({ count, type }) => [unsigned(count), valueTypes[type]]);
    const bytes = flatten([unsigned(groups.length), locals, this.#body, 0x0b]);
    return [unsigned(bytes.length), bytes];
  }
}

/** local += a constant. */
export const increase = (local: Local, by: number): Code => set(local, i32.add(get(local), i32.const(by)));
/** local += another local. */
export const increaseBy = (local: Local, by: Local): Code => set(local, i32.add(get(local), get(by)));

const text = (value: string): Code => {
  const bytes = [...new TextEncoder().encode(value)];
  return [unsigned(bytes.length), bytes];
};
/** Of 64 KiB: all that 32 bits can address. */
const mostPages = 65_536;
const list = (items: readonly Code[]): readonly Code[] => [unsigned(items.length), items];

export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #encodedTypes: Code[] = [];
  readonly #imports: { readonly name: string; readonly type: number }[] = [];
  readonly #functions: { readonly builder: FunctionBuilder; readonly type: number }[] = [];
  readonly #exports: { readonly name: string; readonly at: number }[] = [];
  /** Own functions are numbered behind the imported ones: once one is called, there can be no further import. */
  #numbered = false;

  /** A function from outside, given as `imports[name]` at instantiation. Comes before calls of own functions. */
  import(name: string, parameters: readonly ValueType[], results: readonly ValueType[]): Callee {
    if (this.#numbered) throw new TypeError("imports come before calls of own functions");
    return { index: this.#imports.push({ name, type: this.#type(parameters, results) }) - 1 };
  }

  /** A function; with a name it is exported. */
  function<N extends string>(
    parameters: Named<N, ValueType>,
    options: { readonly name?: string; readonly results?: readonly ValueType[] } = {},
  ): FunctionBuilder<N> {
    const at = this.#functions.length;
    const place = (): number => {
      this.#numbered = true;
      return this.#imports.length + at;
    };
    const builder = new FunctionBuilder(place, parameters);
    const type = this.#type(Object.values(parameters), options.results ?? []);
    this.#functions.push({ builder, type });
    if (options.name !== undefined) this.#exports.push({ name: options.name, at });
    return builder;
  }

  /** The module in the binary format. @param options.shared its memory is seen by several threads */
  encode(options: { readonly shared?: boolean } = {}): Uint8Array<ArrayBuffer> {
    const section = (id: number, content: readonly Code[]): Code => {
      const bytes = flatten(content);
      return [id, unsigned(bytes.length), bytes];
    };
    const limits = options.shared === true ? [3, unsigned(0), unsigned(mostPages)] : [0, unsigned(0)];
    const memory = [text("env"), text("memory"), 2, limits];
    const imported = this.#imports.map(({ name, type }) => [text("env"), text(name), 0, unsigned(type)]);
    const exported = this.#exports.map(({ name, at }) => [
      text(name),
      0,
      unsigned(this.#imports.length + at),
    ]);
    return Uint8Array.from(
      flatten([
        [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        section(1, list(this.#encodedTypes)),
        section(2, list([memory, ...imported])),
        section(3, list(this.#functions.map(({ type }) => unsigned(type)))),
        section(7, list(exported)),
        section(10, list(this.#functions.map(({ builder }) => builder.encode()))),
      ]),
    );
  }

  #type(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters.join()}>${results.join()}`;
    const known = this.#types.indexOf(key);
    if (known !== -1) return known;
    const encode = (types: readonly ValueType[]): Code => list(types.map((type) => valueTypes[type]));
    this.#encodedTypes.push([0x60, encode(parameters), encode(results)]);
    return this.#types.push(key) - 1;
  }
}
