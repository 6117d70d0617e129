/** The training of the language model: steps through the text, with looks at the rest of it. */
import type { LanguageModel } from "./model.js";

/** Perplexities: between how many characters the model is torn. */
export interface Report {
  readonly step: number;
  /** Over the steps since the last report. */
  readonly train: number;
  readonly validation: number;
}

export interface TrainingOptions {
  readonly steps: number;
  /** Look at the rest of the text after each so many steps, and after the last one. */
  readonly every: number;
  readonly onStep?: ((step: number, perplexity: number) => void) | undefined;
  readonly onReport?: ((report: Report) => void | Promise<void>) | undefined;
}

/** Trains for a number of steps, through the text and from its beginning again. */
export async function train(
  model: LanguageModel,
  { steps, every, onStep, onReport }: TrainingOptions,
): Promise<Report[]> {
  const reports: Report[] = [];
  let costs = 0;
  let counted = 0;
  for (let step = 1; step <= steps; step++) {
    costs += await model.train((step - 1) % model.windows);
    counted++;
    onStep?.(step, Math.exp(costs / counted));
    if (step % every !== 0 && step !== steps) continue;
    const report = { step, train: Math.exp(costs / counted), validation: Math.exp(await model.validate()) };
    reports.push(report);
    [costs, counted] = [0, 0];
    await onReport?.(report);
  }
  return reports;
}
