/** A contender's process: `node child.js <module of the contender> <assignment>`; see protocol.ts. */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { fingerprints } from "./fingerprint.js";
import { type Assignment, type Elapsed, REPLY_DESCRIPTOR, type Reply, type Request } from "./protocol.js";
import { type Contend, type Kind, NotOfferedError, type Task } from "./workloads.js";

const reply = (message: Reply): void => {
  writeSync(REPLY_DESCRIPTOR, `${JSON.stringify(message)}\n`);
};

/** Calls `step` so many times, waiting for each where it is asynchronous. */
async function timed(step: Task["step"], calls: number, waits: boolean): Promise<Elapsed> {
  const used = process.cpuUsage();
  const start = performance.now();
  if (waits) for (let i = 0; i < calls; i++) await step();
  else for (let i = 0; i < calls; i++) step();
  const wall = (performance.now() - start) * 1e6;
  const { user, system } = process.cpuUsage(used);
  return { wall, cpu: (user + system) * 1e3 };
}

async function setUp(
  module: string,
  { workload, options }: Assignment,
): Promise<{ task: Task; about: string | undefined }> {
  const { contend } = (await import(module)) as { contend: Contend };
  const { tasks, about } = await contend(options);
  const open = tasks[workload.kind] as ((parameters: unknown) => Task | Promise<Task>) | undefined;
  if (open === undefined) throw new NotOfferedError(workload.kind satisfies Kind);
  return { task: await open(workload), about };
}

async function main(module: string, assignment: Assignment): Promise<void> {
  const { task, about } = await setUp(module, assignment);
  let waits = false;
  const first = await timed(
    () => {
      const outcome = task.step();
      waits = outcome instanceof Promise;
      return outcome;
    },
    1,
    true,
  );
  await timed(task.step, assignment.checkedSteps - 1, waits);
  reply({ ready: fingerprints(await task.result()), first, ...(about !== undefined && { about }) });

  for await (const text of createInterface({ input: process.stdin })) {
    const { calls } = JSON.parse(text) as Request;
    reply({ elapsed: await timed(task.step, calls, waits) });
  }
}

const [module = "", assignment = ""] = process.argv.slice(2);
try {
  await main(module, JSON.parse(assignment) as Assignment);
} catch (error) {
  if (error instanceof NotOfferedError) reply({ notOffered: error.message });
  else reply({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exitCode = 1;
}
