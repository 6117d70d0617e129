import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { readMnist } from "../../../examples/mnist/dist/index.js";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The bytes of the pixels again. */
function bytesOf(images: Float32Array): Uint8Array {
  const bytes = new Uint8Array(images.length);
  // A loop: Uint8Array.from() takes ten seconds here.
  for (let i = 0; i < images.length; i++) bytes[i] = (images[i] as number) * 256;
  return bytes;
}

test("the values are those of the known files, in their order", () => {
  const { train, valid, test: last } = readMnist();
  // The files less their headers, so that these digests can be checked with `tail -c +17 FILE | sha256sum`; labels: +9.
  const images = createHash("sha256").update(bytesOf(train.images)).update(bytesOf(valid.images));
  expect(images.digest("hex")).toBe("741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757");
  const labels = createHash("sha256")
    .update(Uint8Array.from(train.labels))
    .update(Uint8Array.from(valid.labels));
  expect(labels.digest("hex")).toBe("1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13");
  expect(sha256(bytesOf(last.images))).toBe(
    "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
  );
  expect(sha256(Uint8Array.from(last.labels))).toBe(
    "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
  );
});
