// core/src/errors.ts:164
import { RefusalError } from "@bitale/core";

throw new RefusalError("only 2-d arrays have rows");
