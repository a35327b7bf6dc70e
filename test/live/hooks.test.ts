// Every hook with every kind on: whatever this kernel has, its verifier takes, and what it lacks is named.

import { expect, test } from "vitest";
import { BACKEND, blindSpots, startBackend } from "../support/backend.js";
import { refusalOf } from "../support/processes/command.js";

const EVERY_KIND = ["--collector.netfilter", "--collector.socket-cache"];
/** Those with functions that a hook is for. */
const MODULES = [
  "bridge",
  "vxlan",
  "mpls_router",
  "nf_tables",
  "nft_fib_ipv4",
  "nft_fib_ipv6",
  "ip6t_rpfilter",
  "ipt_rpfilter",
];
/** A kernel or a machine that is not for it; unlike a verifier that refuses. */
const LACKS = ["the kernel has no tracepoint for them", "is not loaded; restart when it is"];

test("every program is loaded and attached where the kernel has its hook", async () => {
  // A kernel without a module says so below.
  for (const module of MODULES) await refusalOf("modprobe", module);
  await using daemon = await startBackend(EVERY_KIND);
  expect(daemon.stderr()).not.toContain("probe not attached");
  const refused = (await blindSpots(daemon)).filter((line) => !LACKS.some((lack) => line.includes(lack)));
  expect([BACKEND, refused]).toEqual([BACKEND, []]);
});
