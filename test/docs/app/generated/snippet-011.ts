// docs/guide.md:207
import { compile, isBitaleError, shared } from "@bitale/core";

const s = shared(1, { name: "s" });
try {
  compile([s], s);
} catch (error) {
  if (isBitaleError(error, "SHARED_AS_INPUT")) console.log(error.cure);
}
