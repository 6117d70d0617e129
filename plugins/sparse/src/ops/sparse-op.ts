import { Op } from "@bitale/core";

/** An op that only this plugin runs: on the host, by its `perform`. Its print says all that tells it from others. */
export abstract class SparseOp extends Op {
  override readonly backend = "sparse";
  override key(): string {
    return `sparse ${this.toString()}`;
  }
}
