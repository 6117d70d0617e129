// Removes everything that the build and the checks write.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const packages = ["plugins", "examples", "tools"].flatMap((group) =>
  readdirSync(join(root, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(group, entry.name)),
);
for (const folder of ["core", "bench", "bench/peers", "test/oracle", ...packages])
  rmSync(join(root, folder, "dist"), { recursive: true, force: true });
for (const folder of ["out", "coverage"]) rmSync(join(root, folder), { recursive: true, force: true });
