// core/src/plugin/kwargs.ts:19
import { kwarg } from "@bitale/core";

const kwargs = { borrow: kwarg.boolean(), format: kwarg.oneOf(["csr", "csc"]) };
console.log(kwargs.format["~standard"].validate("coo")); // { issues: [ … ] }
