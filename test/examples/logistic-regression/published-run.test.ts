import { expect, test } from "vitest";
import {
  afterValidation,
  isOutOfPatience,
  isValidationDue,
  iterationOf,
  startEarlyStopping,
} from "../../../examples/classifier/dist/early-stopping.js";
import { percent } from "../../../examples/classifier/dist/report.js";

/**
 * Wrong images of the 9,600 that 16 whole minibatches hold, after each epoch of the main job. Recorded from a plain
 * loop over typed arrays that knows nothing of bitale; float32 and float64 sums gave the same counts.
 */
const validation = [
  1196, 1057, 990, 948, 918, 895, 882, 863, 858, 840, 832, 824, 815, 809, 802, 797, 792, 790, 793, 793, 788,
  786, 783, 779, 777, 778, 778, 773, 773, 771, 769, 766, 763, 756, 757, 753, 749, 750, 750, 751, 748, 746,
  744, 743, 743, 743, 743, 740, 737, 737, 737, 735, 735, 733, 733, 733, 730, 728, 727, 727, 728, 727, 726,
  727, 726, 725, 725, 723, 723, 721, 722, 721, 720,
];
const testAtTheBest = 719;
const images = 16 * 600;

test("the errors of the published run stop it where it stopped: best at epoch 73, last epoch 74", () => {
  let state = startEarlyStopping({ trainBatches: 83 });
  let validated = 0;
  let bestEpoch = 0;
  for (let epoch = 1; epoch <= 1000; epoch++) {
    for (let index = 0; index < 83; index++) {
      const iteration = iterationOf(state, epoch, index);
      if (isValidationDue(state, iteration)) {
        const result = afterValidation(state, iteration, (validation[validated++] as number) / images);
        state = result.state;
        if (result.improved) bestEpoch = epoch;
      }
      if (!isOutOfPatience(state, iteration)) continue;
      expect({ epoch, index, bestEpoch, validated, patience: state.patience }).toEqual({
        epoch: 74,
        // One minibatch before the validation of epoch 74.
        index: 81,
        bestEpoch: 73,
        validated: 73,
        // Twice the last minibatch of epoch 37, the last improvement of half a percent.
        patience: 2 * (37 * 83 - 1),
      });
      expect(percent(state.best)).toBe("7.500000 %");
      expect(percent(testAtTheBest / images)).toBe("7.489583 %");
      return;
    }
  }
  expect.unreachable("it never stopped");
});
