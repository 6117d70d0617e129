import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";

/** A page's program with all that it imports, as one module: `files` are its names beside this file, without endings. */
export async function bundle(name: string): Promise<string> {
  const entry = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const output = (await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, minify: true, lib: { entry, formats: ["es"], fileName: name } },
  })) as Rolldown.RolldownOutput[];
  const chunks = output.flatMap((part) => part.output).filter((part) => part.type === "chunk");
  if (chunks.length !== 1 || chunks[0] === undefined)
    throw new Error(`${name}: ${chunks.length} chunks, not one`);
  return chunks[0].code;
}
