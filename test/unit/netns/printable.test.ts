import { expect, it } from "vitest";
import { printable } from "../../../daemon/netns/printable.js";

it.each([
  ["blue", "blue"],
  ["é€", "é€"],
  ["a b\"c'<x>", "a b\"c'<x>"],
  ["es\u001b[2Jc", "es\\x1b[2Jc"],
  ["two\nlines", "two\\x0alines"],
  ["del\u007f", "del\\x7f"],
  ["c1\u009b31m", "c1\\xc2\\x9b31m"],
  ["a\\b", "a\\b"],
  ["a\\x1b", "a\\x5cx1b"],
])("spells %j as %j", (name, spelled) => {
  expect(printable(name)).toBe(spelled);
});
