import { expect, test } from "vitest";
import { KINDS_UNASKED } from "../../../daemon/kinds/lines.js";

test("who names no kinds is shown those of the first release, so that no reader meets a line he does not know", () => {
  expect(KINDS_UNASKED).toEqual(["route", "rule"]);
});
