// Hostile names, thousands of useless files, and servers that are no daemon; the short forms are
// test/live/torture/surroundings.test.ts and hostile_daemons.test.ts.

import { test } from "vitest";
import { note } from "./figures.js";
import { HOSTILITIES, meetHostileDaemons, passEscapes } from "./hostile_daemons.js";
import { bearCrowdedFolder, bearHostileNames } from "./surroundings.js";

test("hostile names of namespaces and devices are counted, and nothing of them is obeyed", async (context) => {
  note(context, await bearHostileNames());
});

test("10,000 useless entries of /run/netns hide no namespace, block nothing and fill no log", async (context) => {
  note(context, await bearCrowdedFolder(10_000));
});

test("every server that is no daemon ends tablesnoop in time, in one line", async (context) => {
  note(context, await meetHostileDaemons(Object.keys(HOSTILITIES)));
  await passEscapes();
});
