// docs/ops.md, from the rule tables of core, the declarations of the plugins, and the comments in the source.
// `npm run check:docs` fails where the file differs; `npm run docs:ops` writes it. Build first.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as core from "../../core/dist/index.js";
import { typeRules } from "../../core/dist/tensor/type-rules/table.js";
import { exportedValues, headComment, interfaceMembers, summaryOf } from "./doc-comments.mjs";
import { cell, code, table } from "./markdown.mjs";
import { dtypeRule, gradientRule, shapeExample } from "./primitive-facts.mjs";

const root = join(import.meta.dirname, "../..");
const target = join(root, "docs/ops.md");
const opsFolder = "core/src/tensor/ops";
const read = (/** @type {string} */ path) => readFileSync(join(root, path), "utf8");

const { dtypes, isLowered, PrimitiveOp } = core;
const exported = new Map(Object.entries(core));
/** In the order in which core lists them; those that no backend sees come last. */
const lowered = core.loweredNames;
const names = [...lowered, ...Object.keys(typeRules).filter((name) => !isLowered(name))];
const members = interfaceMembers("primitives.ts", read("core/src/tensor/primitives.ts"));

const plugins = (
  await Promise.all(
    readdirSync(join(root, "plugins"))
      .sort()
      .map((folder) => import(join(root, "plugins", folder, "dist/plugin.js"))),
  )
).map(({ plugin }) => plugin);

const families = readdirSync(join(root, opsFolder))
  .sort()
  .map((file) => {
    const path = `${opsFolder}/${file}`;
    const text = read(path);
    const ops = exportedValues(path, text).filter(({ name }) => typeof exported.get(name) === "function");
    return { file, about: summaryOf(headComment(path, text)), ops };
  })
  .filter(({ ops }) => ops.length > 0);
const richText = new Map(families.flatMap(({ ops }) => ops.map(({ name, text }) => [name, summaryOf(text)])));

const text = [
  "# Ops",
  "",
  "<!-- Written by `npm run docs:ops`; `npm run check` fails where it is not up to date. -->",
  "",
  "Rich ops are what users call; they are composed of **primitives**, which backends run. Both tables below are made from",
  "the code: what backends declare, and what the rule tables of core say.",
  "",
  "## Primitives by backend",
  "",
  "The dtypes for which a backend runs a primitive (all of its operands and its result have one of them). “-”: it does",
  "not, and the primitive runs on a host backend, else by core's reference kernels, which run everything.",
  "",
  supportTable(),
  "",
  "What backends store, whether they compute or not (sparse brings ops of its own for sparse operands instead):",
  "",
  storageTable(),
  "",
  "## Primitives",
  "",
  "Operands: how many (“n”: one or more); lengths and starts that are only known at the call are further, 0-d integer",
  "operands. Dtypes: those of the operands; behind the arrow that of the result where it is another one. Lengths: an",
  "example. Gradient: with respect to the operands in order, “0” where it is zero, “-” where no path leads.",
  "",
  ruleTable(),
  "",
  "## Rich ops",
  "",
  "All are exported by `@bitale/core`; some are methods of variables, too.",
  ...families.flatMap(({ file, about, ops }) => [
    "",
    `### ${title(file)}`,
    "",
    about,
    "",
    table(
      ["op", "method", "what it computes"],
      ops.map(({ name }) => [
        code(name),
        name in core.Variable.prototype ? code(`x.${name}(…)`) : "",
        cell(wordsFor(name)),
      ]),
    ),
  ]),
  "",
  "## Loops, branches and derivatives",
  "",
  "`scan` and `ifElse` have graphs inside; see the [guide](guide.md#loops-and-branches). `grad` and its kin are in",
  "[gradients.md](gradients.md).",
  "",
].join("\n");

const current = existsSync(target) ? readFileSync(target, "utf8") : "";
if (process.argv.includes("--write")) {
  writeFileSync(target, text);
  console.log(`docs/ops.md: ${current === text ? "as it was" : "written"}`);
} else if (current === text) console.log("docs/ops.md: up to date");
else {
  console.error("docs/ops.md is not up to date: npm run docs:ops");
  process.exitCode = 1;
}

function supportTable() {
  const computing = plugins.filter(({ supports }) => supports.ops !== undefined);
  const rows = lowered.map((name) => [
    code(name),
    ...computing.map(({ supports }) => supportOf(supports, name)),
  ]);
  return table(["primitive", ...computing.map(({ id }) => id)], rows);
}

function storageTable() {
  const yes = (/** @type {boolean} */ flag) => (flag ? "yes" : "no");
  const rows = plugins.map(({ id, supports }) => [
    id,
    dtypesText(supports.dtypes),
    supports.int64 === "int32-range" ? "values that fit 32 bits" : "in full",
    yes(supports.syncRead),
    yes(supports.aliases.getBorrowAliases),
    yes(supports.aliases.setInPlace),
  ]);
  return table(
    ["backend", "dtypes", "int64", "read without waiting", "borrowing gives the storage", "set in place"],
    rows,
  );
}

/**
 * @param {{ ops?: "all" | Readonly<Record<string, readonly string[]>> }} supports
 * @param {string} name
 */
function supportOf({ ops }, name) {
  if (ops === "all") return "all";
  const list = ops?.[name];
  return list === undefined ? "-" : dtypesText(list);
}

/** @param {readonly string[]} list */
function dtypesText(list) {
  return list.length === dtypes.length ? "all" : dtypes.filter((dtype) => list.includes(dtype)).join(", ");
}

function ruleTable() {
  const rows = names.map((name) => {
    const { node, text: lengths } = shapeExample(name);
    const { arity } = typeRules[name];
    const words = members.get(name) ?? wordsFor(name);
    const params = Object.keys(node.op.params).filter((key) => key !== "change");
    const what = isLowered(name) ? summaryOf(words) : `${summaryOf(words)} (Backends never see it.)`;
    return [
      code(name),
      String(arity ?? "n"),
      params.map(code).join(", "),
      dtypeRule(name),
      `${lengths}${params.length === 0 ? "" : ` for ${code(paramsText(node.op))}`}`,
      gradientRule(name),
      cell(what),
    ];
  });
  return table(
    ["primitive", "operands", "parameters", "dtypes", "lengths", "gradient", "what it computes"],
    rows,
  );
}

/** @param {{ toString(): string, name: string }} op */
function paramsText(op) {
  return op.toString().slice(op.name.length);
}

/** The comment of a rich op; one that says no more than its name is written as an expression. @param {string} name */
function wordsFor(name) {
  const found = richText.get(name);
  if (found) return found;
  if (!(name in typeRules)) throw new Error(`${name}: its export in ${opsFolder} has no doc comment`);
  const operands = ["x", "y", "z"].slice(0, typeRules[name].arity);
  return `${code(new PrimitiveOp(name, {}).inline(operands))}, element by element`;
}

/** `linear-algebra.ts` is "Linear algebra". @param {string} file */
function title(file) {
  const words = file.replace(/\.ts$/, "").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
