import { conformance } from "@bitale/core/conformance";
import { plugin } from "bitale-plugin-file-storage";
import { describe, it } from "vitest";

describe("file-storage keeps the contract", () => {
  for (const { id, title, run } of conformance(plugin)) it(`${id}: ${title}`, run);
});
