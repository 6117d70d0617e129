import type { Expression, Literal, Step } from "../case-file.js";
import type { Got } from "../outcome.js";
import type { World } from "../world.js";

/** Does what a step says; what it observes is compared by others. */
export type Run = (step: Step, world: World) => Got;
export type Runs = Readonly<Record<string, Run>>;

export const nothing: Got = {};

/** Fields of a step that every kind has under this name. */
export const text = (step: Step, field: string): string => step[field] as string;
export const literal = (step: Step, field: string): Literal => step[field] as Literal;
export const expression = (step: Step, field: string): Expression => step[field] as Expression;
