// The short form of test/torture/surroundings.test.ts: the servers that need no waiting.

import { describe, test } from "vitest";
import { PATIENCE } from "../../support/pace.js";
import { HOSTILITIES, meetHostileDaemons, passEscapes } from "../../torture/hostile_daemons.js";

const SLOW = new Set(["a header that drips", "a refusal that drips", "silence"]);

describe("tablesnoop --connect to a server that is no daemon", () => {
  const quick = Object.keys(HOSTILITIES).filter((name) => !SLOW.has(name));

  test.each(quick)(
    "ends with 1 and one line that blames the server: %s",
    { timeout: 60_000 * PATIENCE },
    async (name) => {
      await meetHostileDaemons([name]);
    },
  );

  test("lets nothing of its lines through that a terminal would obey", { timeout: 60_000 * PATIENCE }, async () => {
    await passEscapes();
  });
});
