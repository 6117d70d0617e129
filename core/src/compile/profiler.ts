/** Takes the times of a function that was compiled with `profile: true`; without it none of this exists. */
import { nodeName } from "../plugin/kernel-failure.js";
import type { Instrument, Region, RegionNode, RegionWork } from "../plugin/region.js";
import { byteSize } from "../tensor/dtype.js";
import { sizeOf } from "../tensor/shape.js";
import { isTensorType } from "../tensor/tensor-type.js";
import type { CallProfiler, Clock } from "./clock.js";
import type { Linked, Slot, Step } from "./linked.js";
import type { RegionPlan } from "./partition.js";
import { FunctionProfile } from "./profile.js";
import type { Measured } from "./profile-data.js";

/** Calls, time and bytes of one thing so far. */
class Counter implements Measured {
  calls = 0;
  time = 0;
  bytes = 0;
  add(time: number, bytes: number): void {
    this.calls++;
    this.time += time;
    this.bytes += bytes;
  }
  reset(): void {
    this.calls = this.time = this.bytes = 0;
  }
}

/** Node and browsers have it; core is compiled against neither's types. */
const { performance } = globalThis as unknown as { readonly performance: { now(): number } };
const now = (): number => performance.now();

/** The clocks and counters of one function. */
export class Profiler implements CallProfiler {
  readonly #phases = new Map<string, number>();
  readonly #calls = new Counter();
  /** Time of calls that went into compiling for new shapes. */
  #compiling = 0;
  readonly #steps: { readonly step: Step; readonly region: number | undefined; readonly counter: Counter }[] =
    [];
  readonly #regions = new Map<RegionPlan, number>();
  readonly #works = new Map<
    string,
    {
      readonly work: RegionWork;
      readonly region: number;
      readonly backend: string;
      readonly counter: Counter;
    }
  >();

  /** Runs one step of `compile` and adds its time. */
  phase<R>(name: string, body: () => R): R {
    const begun = now();
    try {
      return body();
    } finally {
      this.#phases.set(name, (this.#phases.get(name) ?? 0) + now() - begun);
    }
  }

  phaseOfCall<R>(name: string, body: () => R): R {
    const begun = now();
    try {
      return this.phase(name, body);
    } finally {
      this.#compiling += now() - begun;
    }
  }

  /** A plan whose steps are timed. */
  attach(linked: Linked): Linked {
    const stages = linked.stages.map((stage) => ({
      ...stage,
      steps: stage.steps.map((step) => ({ ...step, clock: this.#clock(step) })),
    }));
    return { ...linked, stages, profiler: this };
  }

  #clock(step: Step): Clock {
    const counter = new Counter();
    let region: number | undefined;
    if (step.kind === "region") {
      region = this.#regions.size + 1;
      this.#regions.set(step.plan, region);
    }
    this.#steps.push({ step, region, counter });
    const slots = step.kind === "region" ? [...step.inputs, ...step.outputs] : [step.to];
    return {
      begin: now,
      end: (begun, values) => {
        const time = now() - begun;
        counter.add(
          time,
          slots.reduce((sum, slot) => sum + bytesOf(slot, values[slot.index]), 0),
        );
      },
    };
  }

  instrumented(plan: RegionPlan, region: Region): Region {
    const number = this.#regions.get(plan) ?? 0;
    const instrument: Instrument = (work, run) => {
      const bytes = bytesOfWork(region, work);
      const key = `${number} ${work.kind} ${work.nodes.map(identity).join()}`;
      let entry = this.#works.get(key);
      if (entry === undefined) {
        entry = { work, region: number, backend: plan.executor.id, counter: new Counter() };
        this.#works.set(key, entry);
      }
      const { counter } = entry;
      return (...args) => {
        const begun = now();
        const result = run(...args);
        counter.add(now() - begun, bytes);
        return result;
      };
    };
    return { ...region, instrument };
  }

  call<R>(body: () => R): R {
    const begun = now();
    const result = body();
    this.#calls.add(now() - begun, 0);
    return result;
  }

  async callAsync<R>(body: () => Promise<R>): Promise<R> {
    const begun = now();
    const result = await body();
    this.#calls.add(now() - begun, 0);
    return result;
  }

  report(name: string): FunctionProfile {
    return new FunctionProfile({
      name,
      calls: () => ({ calls: this.#calls.calls, time: this.#calls.time, compiling: this.#compiling }),
      phases: () => [...this.#phases].map(([phase, time]) => ({ phase, time })),
      regions: () =>
        this.#steps.flatMap(({ step, region, counter }) =>
          step.kind !== "region"
            ? []
            : [
                {
                  region: region as number,
                  backend: step.plan.executor.id,
                  nodes: step.plan.nodes.length,
                  counter,
                },
              ],
        ),
      transfers: () =>
        this.#steps.flatMap(({ step, counter }) =>
          step.kind !== "transfer"
            ? []
            : [
                {
                  value: step.to.variable.toString(),
                  from: step.from.type.residence,
                  to: step.to.type.residence,
                  counter,
                },
              ],
        ),
      works: () =>
        [...this.#works.values()].map(({ work, region, backend, counter }) => ({
          ops: work.nodes.map((node) => node.origin?.op.name ?? nodeName(node)),
          kind: work.kind,
          region,
          backend,
          made: work.nodes.findLast(({ origin }) => origin?.trace !== undefined)?.origin?.trace?.frames[0],
          counter,
        })),
      reset: () => {
        this.#calls.reset();
        this.#compiling = 0;
        for (const { counter } of [...this.#steps, ...this.#works.values()]) counter.reset();
      },
    });
  }
}

const identity = (node: RegionNode): string => `${nodeName(node)}@${node.origin?.id ?? ""}`;

/** Bytes of a value's elements; 0 where its Type is no dense tensor. */
function bytesOf({ type }: Slot, value: unknown): number {
  const plain = type.plain();
  return isTensorType(plain) && value !== undefined ? sizeOf(type.shapeOf(value)) * byteSize(plain.dtype) : 0;
}

/** What a piece of work reads from outside and what it writes. */
function bytesOfWork(region: Region, { nodes }: RegionWork): number {
  const outputsOf = (node: RegionNode): readonly number[] =>
    node.op === "custom" ? node.outputs : [node.output];
  const made = new Set(nodes.flatMap(outputsOf));
  const inner = new Set(nodes.flatMap((node) => node.inputs).filter((id) => made.has(id)));
  const read = new Set(nodes.flatMap((node) => node.inputs).filter((id) => !made.has(id)));
  const written = [...made].filter((id) => !inner.has(id));
  return [...read, ...written].reduce((sum, id) => {
    const value = region.values[id];
    return value === undefined || !isTensorType(value.type)
      ? sum
      : sum + sizeOf(value.shape) * byteSize(value.dtype);
  }, 0);
}
