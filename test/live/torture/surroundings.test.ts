// The short forms of test/torture/surroundings.test.ts.

import { test } from "vitest";
import { PATIENCE } from "../../support/pace.js";
import { bearCrowdedFolder, bearHostileNames } from "../../torture/surroundings.js";

const LIMIT = { timeout: 120_000 * PATIENCE };

test(
  "namespaces and devices with hostile names are counted, shown and streamed, and nothing of a name is obeyed",
  LIMIT,
  async () => {
    await bearHostileNames();
  },
);

test("useless entries of /run/netns hide no namespace, block nothing and fill no log", LIMIT, async () => {
  await bearCrowdedFolder(600);
});
