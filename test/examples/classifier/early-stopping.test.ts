import { expect, test } from "vitest";
import {
  afterValidation,
  isOutOfPatience,
  isValidationDue,
  iterationOf,
  startEarlyStopping,
} from "../../../examples/classifier/dist/early-stopping.js";

/** Runs epochs of given validation errors (the last one stays) and tells the story. */
function trace(options: Parameters<typeof startEarlyStopping>[0], errors: readonly number[]) {
  let state = startEarlyStopping(options);
  const story: { iteration: number; patience: number; improved: boolean }[] = [];
  for (let epoch = 1; epoch <= 1000; epoch++) {
    for (let index = 0; index < options.trainBatches; index++) {
      const iteration = iterationOf(state, epoch, index);
      if (isValidationDue(state, iteration)) {
        const result = afterValidation(
          state,
          iteration,
          errors[Math.min(story.length, errors.length - 1)] as number,
        );
        state = result.state;
        story.push({ iteration, patience: state.patience, improved: result.improved });
      }
      if (isOutOfPatience(state, iteration)) return { state, story, epoch, index };
    }
  }
  throw new Error("it never stopped");
}

test("a trace by hand: improvements wait longer, small ones only count as best", () => {
  // Validation after minibatches 3, 7, 11, …; 0.5 is the first best, 0.499 is better by less than half a percent.
  const { state, story, epoch, index } = trace(
    { trainBatches: 4, patience: 10 },
    [0.5, 0.499, 0.4, 0.4, 0.41],
  );
  expect(story).toEqual([
    { iteration: 3, patience: 10, improved: true }, // max(10, 6)
    { iteration: 7, patience: 10, improved: true }, // 0.499 >= 0.5 * 0.995 = 0.4975
    // Patience 10 ran out at minibatch 10, before the third validation.
  ]);
  expect([epoch, index]).toEqual([3, 2]);
  expect(state.best).toBe(0.499);
  expect(state.bestIteration).toBe(7);
});

test("a trace by hand: patience grows to twice the minibatch of a good improvement", () => {
  const { state, story, epoch, index } = trace(
    { trainBatches: 4, patience: 10 },
    [0.5, 0.4, 0.4, 0.399, 0.45],
  );
  expect(story).toEqual([
    { iteration: 3, patience: 10, improved: true },
    { iteration: 7, patience: 14, improved: true }, // 0.4 < 0.4975: max(10, 14)
    { iteration: 11, patience: 14, improved: false }, // the same error is no improvement
  ]);
  expect([epoch, index]).toEqual([4, 2]); // minibatch 14
  expect(state).toMatchObject({ best: 0.4, bestIteration: 7 });
});

test("with 83 minibatches an epoch is validated, and 5000 minibatches end in epoch 61", () => {
  const start = startEarlyStopping({ trainBatches: 83 });
  expect(start).toMatchObject({
    validationFrequency: 83,
    patience: 5000,
    patienceIncrease: 2,
    improvementThreshold: 0.995,
  });
  const { epoch, story } = trace({ trainBatches: 83 }, [0.1]);
  expect(epoch).toBe(61);
  expect(story.length).toBe(60);
});

test("many minibatches are validated every half patience", () => {
  expect(startEarlyStopping({ trainBatches: 50_000 }).validationFrequency).toBe(2500);
});

test("an error that is no number is never the best", () => {
  const start = startEarlyStopping({ trainBatches: 4 });
  expect(afterValidation(start, 3, Number.NaN)).toEqual({ state: start, improved: false });
});
