/** One contender at one line, in a process of its own: nothing that another library does to the engine reaches it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Entrant } from "./contenders.js";
import { type Assignment, type Elapsed, REPLY_DESCRIPTOR, type Reply, type Request } from "./protocol.js";

const child = fileURLToPath(new URL("./child.js", import.meta.url));

export class EntrantProcess {
  readonly entrant: Entrant;
  readonly #process: ChildProcess;
  readonly #replies: AsyncIterator<string>;
  readonly #lines: Interface;
  #errors = "";

  /** @param node the Node executable that contenders in JavaScript run on */
  constructor(entrant: Entrant, node: string, assignment: Assignment) {
    this.entrant = entrant;
    const { program, environment } = entrant;
    const [command, ...args] = program.endsWith(".py") ? ["python3", program] : [node, child, program];
    this.#process = spawn(command as string, [...args, JSON.stringify(assignment)], {
      env: { ...process.env, ...environment },
      stdio: ["pipe", "ignore", "pipe", "pipe"],
    });
    this.#process.on("error", (error) => {
      this.#errors += error.message;
    });
    this.#process.stdin?.on("error", () => {});
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-2000);
    });
    this.#lines = createInterface({ input: this.#process.stdio[REPLY_DESCRIPTOR] as Readable });
    this.#replies = this.#lines[Symbol.asyncIterator]();
  }

  /** The next reply; a process that ended without one has failed. */
  async reply(): Promise<Reply> {
    const { done, value } = await this.#replies.next();
    return done
      ? { failed: this.#errors.trim() || "it ended without a reply" }
      : (JSON.parse(value) as Reply);
  }

  /** Time of so many calls. @throws Error where the process fails */
  async round(calls: number): Promise<Elapsed> {
    this.#process.stdin?.write(`${JSON.stringify({ calls } satisfies Request)}\n`);
    const reply = await this.reply();
    if ("elapsed" in reply) return reply.elapsed;
    throw new Error(`${this.entrant.name}: ${JSON.stringify(reply)}`);
  }

  end(): void {
    this.#lines.close();
    this.#process.kill("SIGKILL");
  }
}
