/** The runtime of one backend: which backend keeps which variable is said by the files in an example's `config`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRuntime, type Runtime } from "@bitale/core";

/**
 * A runtime with `config/<backend>.json`; without such a file, one that asks the backend first.
 *
 * @param main the address of the example's `dist/main.js`
 * @param say where notes for the user go
 * @throws BitaleError UNKNOWN_BACKEND, BACKEND_UNAVAILABLE, …
 */
export async function openRuntime(
  main: string,
  backend: string,
  say: (note: string) => void,
): Promise<Runtime> {
  if (backend === "tensor-gpu") {
    const { useSoftwareVulkan } = await import("@bitale/software-vulkan");
    say(useSoftwareVulkan().note);
  }
  const root = fileURLToPath(new URL("..", main));
  const file = join(root, "config", `${backend}.json`);
  const config = existsSync(file) ? { configFile: file } : { backends: [backend, "tensor-cpu"] };
  const runtime = createRuntime({ root, warn: say, ...config });
  await runtime.ready();
  // Another backend would take over, and the figures would not be those of the one that was asked for.
  const failed = runtime.failures.find(({ plugin }) => plugin === backend || plugin.endsWith(`/${backend}`));
  if (failed) throw failed.error;
  return runtime;
}
