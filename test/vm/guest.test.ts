// The harness itself: what a command in a guest gives back, what a hang looks like, and that nothing stays behind.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { skipFor } from "../support/unavailable.js";
import { boot, type Guest, TIED_TO_PARENT } from "./guest.js";
import { MATRIX, prepareMachine, titleOf } from "./machines.js";

const DEVICES = [
  ...["type veth", "type dummy", "type vrf table 10", "type bridge", "type bond", "type vxlan id 7 dstport 4789"],
  ...["link base type macvlan", "link base type ipvlan", "link base type vlan id 7"],
  ...["type ipip local 127.0.0.1 remote 127.0.0.2", "type gre local 127.0.0.1 remote 127.0.0.2"],
];

const machines = [];
for (const choice of MATRIX) machines.push(await prepareMachine(choice));

for (const machine of machines) {
  describe(`a guest with ${titleOf(machine)}`, () => {
    if ("unavailable" in machine) {
      test("runs commands", (context) => skipFor(machine.unavailable, context));
      return;
    }
    let guest: Guest;
    beforeAll(async () => {
      guest = await boot(machine);
    });
    afterAll(() => guest?.stop());

    test("runs the kernel it was given", async () => {
      expect(guest.release).toBe(machine.kernel.release);
      const { stdout } = await guest.run("cat /proc/sys/kernel/osrelease", { timeoutMs: 10_000 });
      expect(stdout).toBe(`${machine.kernel.release}\n`);
    });

    test("lets a BPF trampoline be attached", async (context) => {
      const { status } = await guest.run("command -v bpftrace", { timeoutMs: 10_000 });
      if (status !== 0) context.skip("bpftrace is not installed on the host");
      const program = `kretfunc:fib_table_lookup { printf("returned %d\\n", retval); exit() }`;
      const command = `{ sleep 1; while ip route get 127.0.0.2 >/dev/null; do sleep 0.2; done; } & bpftrace -e '${program}'; status=$?; kill %1; exit $status`;
      const result = await guest.run(command, { timeoutMs: 60_000 });
      expect(result.stdout).toContain("returned 0\n");
    });

    test("survives its kernel patching code that both CPUs run", async () => {
      const load = "while :; do ls / >/dev/null; done & while :; do cat /proc/stat >/dev/null; done &";
      const key = "/proc/sys/kernel/sched_schedstats";
      const command = `${load} for i in $(seq 150); do echo 1 >${key}; echo 0 >${key}; done; kill %1 %2; echo alive`;
      expect((await guest.run(command, { timeoutMs: 120_000 })).stdout).toBe("alive\n");
    });

    test("gives back status, output and errors of a command byte for byte", async () => {
      const command = `printf 'a  b\\n\\nünd\\t' ; printf '%s' "$WORDS" >&2; exit 7`;
      const result = await guest.run(command, { timeoutMs: 10_000, env: { WORDS: 'it\'s "one" $word' } });
      expect(result).toEqual({ status: 7, stdout: "a  b\n\nünd\t", stderr: 'it\'s "one" $word' });
    });

    test("gives back megabytes", async () => {
      const { stdout } = await guest.run("seq -w 200000", { timeoutMs: 60_000 });
      expect(stdout.length).toBe(200_000 * 7);
      expect(stdout.endsWith("199999\n200000\n")).toBe(true);
    });

    test("has no device but loopback, which is up", async () => {
      const command = "ip -o -brief link; ping -c1 -W5 ::1 >/dev/null && echo answers";
      const { stdout } = await guest.run(command, { timeoutMs: 30_000 });
      expect(stdout).toMatch(/^lo +UNKNOWN [^\n]*\nanswers\n$/);
    });

    test.each(DEVICES)("makes a device: %s", async (device) => {
      const command = [
        "ip netns add n && ip -n n link set lo up && ip -n n link add base type dummy",
        `ip -n n link add d0 ${device}`,
      ];
      const script = `${command.join(" && ")}; status=$?; ip netns del n; exit $status`;
      expect(await guest.run(script, { timeoutMs: 60_000 })).toEqual({ status: 0, stdout: "", stderr: "" });
    });

    test("takes MPLS and segment routes", async () => {
      const command = [
        "ip netns add n && ip -n n link set lo up",
        "ip netns exec n sysctl -qw net.mpls.platform_labels=1000 net.mpls.conf.lo.input=1",
        "ip -n n -f mpls route add 100 dev lo",
        "ip -n n -6 route add fd00::/64 encap mpls 100 dev lo",
        "ip -n n -6 route add fd01::/64 encap seg6 mode encap segs fd02::1 dev lo",
      ];
      const script = `${command.join(" && ")}; status=$?; ip netns del n; exit $status`;
      expect(await guest.run(script, { timeoutMs: 60_000 })).toEqual({ status: 0, stdout: "", stderr: "" });
    });

    test("ends a command that hangs and shows its output and the console", async () => {
      const hang = guest.run("echo before; echo seen on the console >/dev/console; sleep 1000", { timeoutMs: 2_000 });
      await expect(hang).rejects.toThrow(/not done after 2 s\nbefore\n.*seen on the console/s);
      expect((await guest.run("echo again", { timeoutMs: 10_000 })).stdout).toBe("again\n");
    });

    // The last word to this guest: it does not survive it.
    test("fails a command at once when its kernel panics, and shows the panic", async () => {
      const panic = guest.run("echo c >/proc/sysrq-trigger", { timeoutMs: 600_000 });
      await expect(panic).rejects.toThrow(/QEMU ended.*sysrq triggered crash/is);
    });
  });
}

test("a process tied to its parent ends when the parent is killed", async ({ onTestFinished }) => {
  const parent = spawn("bash", ["-c", `${TIED_TO_PARENT.join(" ")} sleep 60 & echo $!; wait`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const [pid] = await once(createInterface(parent.stdout), "line");
  await expect.poll(() => commandOf(pid), { timeout: 10_000 }).toMatch(/^sleep/);
  parent.kill("SIGKILL");
  await expect.poll(() => commandOf(pid), { timeout: 10_000 }).toBe("");
});

/** Empty once the process is gone or has left only its exit status. */
function commandOf(pid: string): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return "";
    throw error;
  });
}
