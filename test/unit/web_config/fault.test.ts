import { expect, test } from "vitest";
import { ConfigFault } from "../../../daemon/web_config/fault.js";

test("a fault is an error of its own name, with its place and its cause", () => {
  const cause = new Error("why");
  const fault = new ConfigFault("no good", { line: 2, column: 3 }, { cause });
  expect(String(fault)).toBe("ConfigFault: no good");
  expect([fault.position, fault.cause]).toEqual([{ line: 2, column: 3 }, cause]);
});
