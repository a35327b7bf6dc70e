// `tablesnoop explain` against the kernel's own answer: every step of decisions that are known, and its exit status. What it
// asks for is answered by iproute2 in the same namespace, so that only the steps are the probes' own.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Explanation, Step } from "../../daemon/explain/explanation.js";
import { BACKEND, seesRules, startBackend } from "../support/backend.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { IS_SMALL, PATIENCE } from "../support/pace.js";
import { CommandError } from "../support/processes/command.js";
import { spawnTablesnoop, type TablesnoopOptions } from "../support/processes/tablesnoop_process.js";
import { startTraffic } from "../support/traffic/steady.js";
import { waitUntil } from "../support/wait_until.js";

const WAIT = { timeoutMs: 30_000 * PATIENCE };
const DEVICE = "host-peer";

/** Of the first the rules are as a namespace begins with them; of the second they are not. */
let plain: Pair;
let ruled: Pair;
let hasMpls = true;

beforeAll(async () => {
  plain = await createPair();
  ruled = await createPair();
  for (const { host, address } of [plain, ruled]) {
    const { ipv4, ipv6 } = address.peer;
    await host.ip(
      `route add 198.51.100.0/24 via ${ipv4}`,
      `route add 198.51.101.0/24 nexthop via ${ipv4} weight 3 nexthop via inet6 ${ipv6} dev ${DEVICE}`,
      "route add blackhole 203.0.113.0/26",
      "route add unreachable 203.0.113.64/26",
      "route add prohibit 203.0.113.128/26",
      `route add 2001:db8:1::/48 via ${ipv6}`,
      `route add 2001:db8:2::/48 encap seg6 mode encap segs ${ipv6} dev ${DEVICE}`,
      "route add prohibit 2001:db8:3::/48",
      `route add 198.51.102.0/24 dev ${DEVICE}`,
    );
  }
  const { host, address } = ruled;
  await host.ip(
    "rule add pref 100 to 198.51.100.0/25 lookup 1234",
    "rule add pref 101 to 198.51.100.128/26 blackhole",
    "rule add pref 102 fwmark 0x7 prohibit",
    "rule add pref 103 to 198.51.104.0/24 lookup main suppress_prefixlength 0",
    "rule add pref 104 to 198.51.104.0/24 lookup 1235",
    `route add 198.51.100.0/26 via ${address.peer.ipv4} table 1234`,
    `route add default via ${address.peer.ipv4}`,
    `route add 198.51.104.0/24 dev ${DEVICE} table 1235`,
  );
  await host.exec("ip", ["-6", "rule", "add", "pref", "100", "to", "2001:db8:1::/64", "lookup", "1234"]);
  await host.exec("ip", ["-6", "route", "add", "2001:db8:1::/64", "via", address.peer.ipv6, "table", "1234"]);
  hasMpls = await adds(`route add 198.51.103.0/24 encap mpls 100 via ${plain.address.peer.ipv4}`);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await plain?.remove();
  await ruled?.remove();
});

async function adds(line: string): Promise<boolean> {
  try {
    await plain.host.ip(line);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

async function run(args: readonly string[], options: TablesnoopOptions = {}) {
  const flags = args.some((arg) => /^--(connect|probe)/.test(arg)) ? [] : [`--probe=${BACKEND}`];
  const running = await spawnTablesnoop(["explain", ...args, ...flags], options);
  const { code } = await waitUntil("explain has ended", running.exit, WAIT);
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

async function explained(pair: Pair, ...args: readonly string[]) {
  const { code, stdout, stderr } = await run([...args, "--json", `--netns=${pair.host.name}`]);
  if (stderr !== "") throw new Error(stderr);
  return { code, ...(JSON.parse(stdout) as Explanation) };
}

/** In short: "local no_route", "main found 10.0.0.0/8", "rule 100". */
function shape(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    if (step.step === "rule") return [`rule ${step.priority}`];
    if (step.step !== "table") return [];
    const { table, result, prefix } = step;
    return [[table.name ?? table.id, result, ...(prefix === null ? [] : [prefix])].join(" ")];
  });
}

describe("a namespace without rules of its own", () => {
  test.each<[string, number, string, readonly string[]]>([
    ["198.51.100.1", 0, "found", ["main found 198.51.100.0/24"]],
    ["203.0.113.1", 1, "blackhole", ["main blackhole 203.0.113.0/26"]],
    ["203.0.113.65", 1, "unreachable", ["main unreachable 203.0.113.64/26"]],
    ["203.0.113.129", 1, "prohibit", ["main prohibit 203.0.113.128/26"]],
    ["100.64.1.1", 1, "no_route", ["main no_route"]],
    ["2001:db8:1::1", 0, "found", ["local no_route", "main found 2001:db8:1::/48"]],
    ["2001:db8:3::1", 1, "prohibit", ["local no_route", "main prohibit 2001:db8:3::/48"]],
    ["2001:db8:4::1", 1, "no_route", ["local no_route", "main no_route"]],
  ])("decides about %s with status %i: %s", async (destination, status, result, steps) => {
    const { code, routed, ...explanation } = await explained(plain, destination);
    expect({ code, routed, result: explanation.result }).toEqual({ code: status, routed: status === 0, result });
    expect(shape(explanation.steps)).toEqual(steps);
  });

  test("has an address of its own", async () => {
    const { code, verdict } = await explained(plain, plain.address.host.ipv4);
    expect({ code, verdict }).toEqual({ code: 0, verdict: expect.stringMatching(/^Delivered here by /) });
  });

  test("chooses among nexthops", async () => {
    const { steps, verdict } = await explained(plain, "198.51.101.1");
    const choice = steps.find(({ step }) => step === "nexthops");
    const { ipv4, ipv6 } = plain.address.peer;
    expect(choice).toMatchObject({
      of: [
        { gateway: ipv4, weight: 3 },
        { gateway: ipv6, weight: 1 },
      ],
    });
    const taken = choice?.step === "nexthops" ? choice.of[choice.chosen ?? 7]?.gateway : undefined;
    expect(verdict).toBe(`Routed via ${taken} on ${DEVICE} by 198.51.101.0/24 of table main.`);
  });

  test("puts packets into others", async () => {
    const { steps, verdict } = await explained(plain, "2001:db8:2::1");
    const encap = { type: "seg6", mode: "encap", segs: [plain.address.peer.ipv6] };
    expect(steps.filter(({ step }) => step !== "table")).toEqual([
      { step: "encap", encap: expect.objectContaining(encap) },
    ]);
    expect(verdict).toMatch(/^Routed into seg6 encapsulation /);
  });

  test("labels packets, and sends them to a neighbour", async (context) => {
    if (!hasMpls) return context.skip("the kernel has no MPLS here");
    const { steps } = await explained(plain, "198.51.103.1");
    expect(steps.slice(-2)).toMatchObject([
      { step: "encap", encap: { type: "mpls", labels: [100] } },
      { step: "neighbour", address: plain.address.peer.ipv4 },
    ]);
  });

  test("sends to a neighbour that it knows", async () => {
    const { steps } = await explained(plain, "198.51.100.1");
    expect(steps.at(-1)).toMatchObject({ step: "neighbour", address: plain.address.peer.ipv4, state: "permanent" });
  });

  test("sends to a neighbour that it does not know yet", async () => {
    const { steps } = await explained(plain, "198.51.102.7");
    expect(steps.at(-1)).toMatchObject({ step: "neighbour", address: "198.51.102.7", state: "none", lladdr: null });
  });

  test("sends to a neighbour that does not answer", async () => {
    await plain.host.ip(`neigh add 198.51.102.9 dev ${DEVICE} nud failed`);
    const { code, verdict } = await explained(plain, "198.51.102.9");
    expect(code).toBe(0);
    expect(verdict).toMatch(/, but the neighbour 198.51.102.9 does not answer\.$/);
  });

  test("does not forward where it was not told to, and not what comes the wrong way", async () => {
    const from = ["--from", plain.address.peer.ipv4, "--iif", DEVICE];
    await plain.host.sysctl({ "net.ipv4.ip_forward": 0 });
    const still = await explained(plain, "198.51.100.1", ...from);
    expect(still).toMatchObject({ code: 1, verdict: `Not routed: there is a route, but ${DEVICE} does not forward.` });
    await plain.host.sysctl({ "net.ipv4.ip_forward": 1, [`net.ipv4.conf.${DEVICE}.rp_filter`]: 1 });
    const forwarded = await explained(plain, "198.51.100.1", ...from);
    expect({ code: forwarded.code, steps: shape(forwarded.steps) }).toEqual({
      code: 0,
      steps: ["main found 198.51.100.0/24"],
    });
    const martian = await explained(plain, "198.51.100.1", "--from", "100.64.9.9", "--iif", DEVICE);
    expect(martian).toMatchObject({
      code: 1,
      verdict: expect.stringMatching(/100\.64\.9\.9 is not taken from host-peer/),
    });
  });
});

describe("a namespace with rules of its own", () => {
  const seen = (...steps: readonly string[]) => steps.filter((step) => seesRules || !step.startsWith("rule "));

  test("is led to a table by a rule, which is named", async () => {
    const { code, steps, notes } = await explained(ruled, "198.51.100.1");
    expect(code).toBe(0);
    expect(shape(steps)).toEqual(seen("local no_route", "rule 100", "1234 found 198.51.100.0/26"));
    const by = { priority: 100, rule: "from all to 198.51.100.0/25 lookup 1234" };
    if (seesRules) {
      expect(steps.find(({ step }) => step === "rule")).toMatchObject(by);
      expect(notes).toEqual([]);
    } else {
      expect(steps[1]).toMatchObject({ step: "table", by });
      expect(notes).toEqual([expect.stringMatching(/^rule lookups cannot be seen: /)]);
    }
  });

  test("goes on where the rule's table has no route", async () => {
    const { steps } = await explained(ruled, "198.51.100.65");
    expect(shape(steps)).toEqual(seen("local no_route", "1234 no_route", "rule 32766", "main found 198.51.100.0/24"));
  });

  test("rejects by a rule", async () => {
    const { code, result, steps, verdict } = await explained(ruled, "198.51.100.129");
    expect({ code, result }).toEqual({ code: 1, result: "blackhole" });
    expect(shape(steps)).toEqual(seen("local no_route", "rule 101"));
    expect(verdict).toBe(
      seesRules
        ? "Not routed: rule 101 drops it silently (blackhole)."
        : "Not routed: no table rejects it, so that a rule does (blackhole): rule 101 is the only one that may.",
    );
  });

  test("rejects a mark, and only that", async () => {
    expect(await explained(ruled, "100.64.1.1", "--mark=0x7")).toMatchObject({ code: 1, result: "prohibit", mark: 7 });
    expect(await explained(ruled, "100.64.1.1", "--mark=8")).toMatchObject({ code: 0, result: "found", mark: 8 });
  });

  test("suppresses a route", async () => {
    const { code, steps } = await explained(ruled, "198.51.104.1");
    expect(code).toBe(0);
    expect(shape(steps)).toEqual(
      seen("local no_route", "main found", "rule 104", "1235 found 198.51.104.0/24").map((step, at) =>
        // The function's result has the prefix, the tracepoint has not.
        at === 1 && seesRules ? "main found 0.0.0.0/0" : step,
      ),
    );
    expect(steps[1]).toMatchObject({ suppressed: true });
  });

  test("decides so for IPv6", async () => {
    const { code, steps } = await explained(ruled, "2001:db8:1::1");
    expect(code).toBe(0);
    expect(shape(steps)).toEqual(seen("local no_route", "rule 100", "1234 found 2001:db8:1::/64"));
  });

  test("is explained alike while others send to the same destination", async () => {
    await using _traffic = startTraffic(ruled.host, ["198.51.100.2"]);
    for (let round = 0; round < (IS_SMALL ? 1 : 3); round++) {
      const { code, steps } = await explained(ruled, "198.51.100.2");
      expect(code).toBe(0);
      expect(shape(steps)).toEqual(seen("local no_route", "rule 100", "1234 found 198.51.100.0/26"));
    }
  });
});

describe("what it prints", () => {
  test("ends in the verdict", async () => {
    const { code, stdout, stderr } = await run(["198.51.100.1"], { netns: plain.host });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("198.51.100.1");
    expect(lines[1]).toBe("  table main: 198.51.100.0/24");
    expect(lines.at(-2)).toBe(`Routed via ${plain.address.peer.ipv4} on ${DEVICE} by 198.51.100.0/24 of table main.`);
  });

  test("comes without root from a daemon on this machine", async () => {
    await using daemon = await startBackend(["--web.enable-stream"]);
    const { code, stdout } = await run(["127.0.0.1", "--json", `--connect=${daemon.url}`], { asNobody: true });
    expect(code).toBe(0);
    const { steps, verdict } = JSON.parse(stdout) as Explanation;
    expect(steps).toContainEqual(expect.objectContaining({ step: "table", result: "found", type: "local" }));
    expect(verdict).toMatch(/^Delivered here by 127\.0\.0\.[01]\/(8|32) of table (local|main)\.$/);
  });
});

describe("status 2 and one line", () => {
  test("for a namespace that is not there", async () => {
    expect(await run(["192.0.2.1", "--netns=ts-no-such-netns"])).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^tablesnoop: flag --netns: ts-no-such-netns is not in \/run\/netns; see ip netns list/,
      ),
    });
  });

  test("for a user without rights, with what to do", async () => {
    const { code, stdout, stderr } = await run(["192.0.2.1", "--probe=auto"], { netns: plain.host, asNobody: true });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^tablesnoop: .*; run as root or with CAP_BPF and CAP_PERFMON[^\n]*\n$/);
  });

  test("for a device that is not there", async () => {
    const { code, stderr } = await run(["192.0.2.1", "--oif=no-such-dev", `--netns=${plain.host.name}`]);
    expect(code).toBe(2);
    expect(stderr).toBe('tablesnoop: ask the kernel: Cannot find device "no-such-dev"; check what was asked\n');
  });
});
