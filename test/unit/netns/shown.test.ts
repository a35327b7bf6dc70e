import { expect, test } from "vitest";
import { isShownAmong } from "../../../daemon/netns/shown.js";

test.each([
  ["every namespace", [], true, true],
  ["the one that is named alone", ["blue"], true, false],
  ["each that is named", ["blue", "red"], true, true],
] as const)("%s is shown", (_, labels, blue, red) => {
  expect(["blue", "red"].map(isShownAmong(labels))).toEqual([blue, red]);
});
