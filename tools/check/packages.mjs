// What would be published, checked as a consumer finds it: publint and are-the-types-wrong on each package. Build first.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { PUBLISHED } from "./published.mjs";

const root = join(import.meta.dirname, "../..");

for (const { folder } of PUBLISHED) {
  const { messages, pkg } = await publint({ pkgDir: join(root, folder), pack: "npm", strict: true });
  for (const message of messages) console.error(`${folder} [publint] ${formatMessage(message, pkg)}`);
  if (messages.some(({ type }) => type !== "suggestion")) process.exitCode = 1;

  const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const args = [
    "--pack",
    join(root, folder),
    "--profile",
    "esm-only",
    "--format",
    "table-flipped",
    "--no-emoji",
  ];
  const result = spawnSync(process.execPath, [attw, ...args], { cwd: root, encoding: "utf8" });
  if (result.status !== 0) {
    console.error(`${folder} [attw] ${result.stdout}${result.stderr}`);
    process.exitCode = 1;
  }
}
if (!process.exitCode) console.log("packages: fit to publish");
