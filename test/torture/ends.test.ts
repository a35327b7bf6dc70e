// How the daemon is ended, held up and refused; the short forms are test/live/torture/ends.test.ts.

import { test } from "vitest";
import { deafenThread } from "./deaf_thread.js";
import { note } from "./figures.js";
import { killUnderFlood } from "./kills.js";
import { stopUnderFlood } from "./pauses.js";
import { refuseEachHook } from "./refused_hooks.js";

test("a daemon that is killed under a flood, again and again, leaves nothing in the kernel", async (context) => {
  note(context, await killUnderFlood({ times: 10 }));
});

test("a daemon that is stopped for 30 s under a flood has counted all of it when it goes on", async (context) => {
  note(context, await stopUnderFlood({ seconds: 30 }));
});

test("each single hook that is refused is told, and what the others see stays exact", async (context) => {
  note(context, await refuseEachHook());
});

test("a thread for events that can no longer wait for them loses none untold", async (context) => {
  note(context, await deafenThread(context));
});
