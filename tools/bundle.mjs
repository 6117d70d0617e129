// Writes the JavaScript of the packages that go to the registry, beside the declarations of `tsc -b`: the code of a
// package lies in few files below dist/chunks, which load several times faster than a file a module.
//
// An entry of the package only passes on what its chunk exports, and so does every other module at its own path: tests
// and tools reach inner modules there, and meet the very classes and tables that the entries give. They are not packed.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { build } from "rolldown";
import { PUBLISHED } from "./check/published.mjs";

const root = join(import.meta.dirname, "..");
await Promise.all(PUBLISHED.map(({ folder }) => bundlePackage(join(root, folder))));

/** @param {string} folder of the package */
async function bundlePackage(folder) {
  const source = join(folder, "src");
  /** @param {string} name path of a module from the source folder, without its ending */
  const fileOf = (name) => join(source, `${name}.ts`);
  const modules = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length));
  const entries = entriesOf(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).exports);

  /**
   * @param {readonly string[]} names
   * @param {import("rolldown").OutputOptions} options
   */
  const bundle = async (names, options) => {
    const { output } = await build({
      cwd: folder,
      tsconfig: join(folder, "tsconfig.json"),
      platform: "neutral",
      // Other packages, and Node's own modules.
      external: (id) => !id.startsWith(".") && !isAbsolute(id),
      input: Object.fromEntries(names.map((name) => [name, fileOf(name)])),
      write: false,
      output: {
        dir: join(folder, "dist"),
        chunkFileNames: "chunks/[name].js",
        sourcemap: true,
        // A single wider character would double the memory that the engine keeps the text in.
        charset: "ascii",
        // Those for readers are in the declarations and, by the source maps, in the source.
        comments: { annotation: true, legal: true, jsdoc: false },
        ...options,
      },
    });
    for (const file of output)
      writeChanged(join(folder, "dist", file.fileName), file.type === "chunk" ? file.code : file.source);
  };

  // An entry's chunk takes all that it imports and that no chunk before took.
  const groups = entries.map((name, i) => ({
    name,
    test: (/** @type {string} */ id) => id === fileOf(name),
    priority: entries.length - i,
  }));
  await bundle(
    modules.filter((name) => !isWorker(name)),
    { codeSplitting: { groups } },
  );
  // A worker is a program of its own: it loads nothing of the package, and lies where who starts it finds it, with
  // `new URL("./some-worker.js", import.meta.url)`: beside the chunks, as beside the source.
  for (const worker of modules.filter(isWorker))
    await bundle([worker], { entryFileNames: `chunks/${basename(worker)}.js`, codeSplitting: false });
}

/** @param {string} name */
function isWorker(name) {
  return name.endsWith("-worker");
}

/**
 * The modules that the JavaScript files in a manifest's `exports` are written from, in its order.
 *
 * @param {unknown} exports
 * @returns {string[]}
 */
function entriesOf(exports) {
  if (typeof exports === "object" && exports !== null) return Object.values(exports).flatMap(entriesOf);
  const [, name] = /^\.\/dist\/(.*)\.js$/.exec(String(exports)) ?? [];
  return name === undefined ? [] : [name];
}

/**
 * Leaves a file alone that has this content: programs that run may be about to load it.
 *
 * @param {string} file
 * @param {string | Uint8Array} content
 */
function writeChanged(file, content) {
  if (existsSync(file) && readFileSync(file).equals(Buffer.from(content))) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
