// The package on each release of Debian that it is for, booted, as an administrator meets it: installed, counting in its sandbox
// without a right, brought back when it hangs or dies, upgraded, and gone without a trace. One guest for each release, one after
// the other, as others run beside this file; each test goes on where the last ended.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { parseExposition, type Sample, value } from "../support/truth/scrape.js";
import { skipFor, Unavailable } from "../support/unavailable.js";
import { boot, type Guest } from "./guest.js";
import { NEXT, PACKAGE, prepareSystemdMachine, SEND, SUCCESSOR, type SystemdMachine } from "./systemd_machine.js";
import { DEBIAN_12, DEBIAN_13 } from "./systemd_root.js";

const SENDS = 23;
/** Modules that this machine has not loaded, or whose functions take a capability that the service does without. */
const UNSEEN =
  /^(time=\S+Z level=warn msg="|\{"level":"warn",.*"msg":")[^"]+ are not counted: [^"]*(module \w+ is not loaded; restart when it is|the types of module \w+ take CAP_SYS_ADMIN)"/;
const DISK = "/mnt";
// Emulated, the daemon needs half a minute of its own CPU to start, and three times as long beside two guests on two cores.
const START_S = 360;
const TESTED_WATCHDOG_S = 10;
const FLAGS = 'ARGS="--log.format=json --web.systemd-socket --web.config.file=/etc/tablesnoop/web.yml"';
// One HTTP request over the unix socket.
const ASK = `use IO::Socket::UNIX;
my $s = IO::Socket::UNIX->new(Peer => "/run/tablesnoopd.sock") or die "connect: $!\\n";
print $s "GET /metrics HTTP/1.0\\r\\n\\r\\n"; while (<$s>) { s/\\r//; print }`;

for (const release of [DEBIAN_12, DEBIAN_13]) {
  const machine = await prepareSystemdMachine(release).catch((error: unknown) => {
    if (error instanceof Unavailable) return error;
    throw error;
  });
  describe(`the package on a booted ${release.title}`, () => {
    if (machine instanceof Unavailable) {
      test("is installed and runs", (context) => skipFor(machine, context));
      return;
    }
    inGuest(machine);
  });
}

function inGuest(machine: SystemdMachine): void {
  let guest: Guest;
  let before: string;

  /** What it printed. A command that fails fails the test with all it said. */
  async function run(command: string, seconds = 60): Promise<string> {
    const { status, stdout, stderr } = await guest.run(command, { timeoutMs: seconds * 1000 });
    if (status !== 0) throw new Error(`${command}: status ${status}\n${stdout}${stderr}\n${await journal()}`);
    return stdout.trim();
  }

  async function journal(): Promise<string> {
    const { stdout } = await guest.run("journalctl -u tablesnoopd --no-pager -o cat", { timeoutMs: 60_000 });
    return stdout;
  }

  const property = (name: string) => run(`systemctl show -p ${name} --value tablesnoopd`);

  async function scrape(): Promise<Sample[]> {
    const get = "exec 3<>/dev/tcp/127.0.0.1/10074; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    const [head = "", body = ""] = (await run(get)).split("\r\n\r\n");
    if (!head.includes(" 200 ")) throw new Error(`scrape in the guest: ${head}`);
    return parseExposition(body);
  }

  /** The whole answer of the service, by its socket unit, to a user without any other right. */
  const ask = (group: string, seconds?: number) =>
    run(`setpriv --reuid 7777 ${group} --clear-groups perl -e '${ASK}'`, seconds);

  /** As an administrator keeps secrets: the group may read them. */
  async function configure(framing: string): Promise<void> {
    const file = "/etc/tablesnoop/web.yml";
    const text = `http_server_config: { headers: { X-Frame-Options: ${framing} } }`;
    await run(
      `echo '${text}' >${file}.new && chgrp tablesnoop ${file}.new && chmod 640 ${file}.new && mv ${file}.new ${file}`,
    );
  }

  /** Waits in the guest: the machine that waits must not be what keeps the emulated one busy. */
  const until = (condition: string) =>
    run(`until ${condition}; do sleep 0.3; done`, START_S).catch((cause: unknown) => {
      throw new Error(`wait until ${condition}: ${String(cause)}`, { cause });
    });

  /** Waits until what `act` does has made systemd start it again, once or, on a busy machine, more often. */
  const restarted = async (act: () => Promise<unknown>) => {
    const before = await property("NRestarts");
    await act();
    const count = "$(systemctl show -p NRestarts --value tablesnoopd)";
    await until(`[ ${count} -gt ${before} ] && systemctl -q is-active tablesnoopd`);
  };

  const listing = () => {
    const apart = ["/proc", "/sys", "/dev", "/run", "/tmp", "/root", "/mnt", "/var/log", "/var/cache", "/var/lib"];
    const prune = apart.map((folder) => `-path ${folder}`).join(" -o ");
    return run(`{ find / -xdev \\( ${prune} \\) -prune -o -print; find /var/lib/systemd /var/lib/dpkg/info; } | sort`);
  };

  beforeAll(async () => {
    guest = await boot(machine);
    await run(`modprobe virtio_blk && until mount LABEL=package ${DISK} 2>/dev/null; do sleep 0.2; done`);
    // As Docker leaves its folder: closed to everybody else.
    await run("mkdir -m 700 /run/docker && mkdir /run/docker/netns");
    before = await listing();
    const dropIn = `[Service]\\nWatchdogSec=${TESTED_WATCHDOG_S}s\\nRestartSec=100ms\\n`;
    const folder = "/run/systemd/system/tablesnoopd.service.d";
    await run(`mkdir -p ${folder} && printf '${dropIn}' >${folder}/test.conf`);
  });
  afterAll(() => guest?.stop());

  test("apt installs it, and the service is enabled, active and says what it does", async () => {
    await run(`apt-get install -y ${DISK}/${PACKAGE} >/dev/null`, 300);
    await until("systemctl -q is-active tablesnoopd");
    expect(await run("systemctl is-enabled tablesnoopd")).toBe("enabled");
    expect(await property("StatusText")).toBe("Counting lookups: trampoline backend, 21 probes in 1 network namespace");
  });

  test("no thread of it has a capability, and it is not root", async () => {
    const fields = "'^(Uid|CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs|Seccomp):'";
    const pid = await property("MainPID");
    const states = `for task in /proc/${pid}/task/*; do grep -E ${fields} $task/status | tr '\\t\\n' ' '; echo; done`;
    const threads = (await run(states)).split("\n").map((line) => line.trim());
    expect(threads.length).toBeGreaterThan(5);
    const none = "0000000000000000";
    const sets = `CapInh: ${none} CapPrm: ${none} CapEff: ${none} CapAmb: ${none}`;
    const state = new RegExp(`^Uid: ([1-9]\\d+) \\1 \\1 \\1 ${sets} NoNewPrivs: 1 Seccomp: 2$`);
    expect([...new Set(threads)]).toEqual([expect.stringMatching(state)]);
  });

  test("it counts exactly, under the names of namespaces that were made after it had started", async () => {
    await run("ip netns add blue && ip -n blue link set lo up");
    const docker = "/run/docker/netns/box";
    await run(`touch ${docker} && unshare --net sh -c 'ip link set lo up && mount --bind /proc/self/ns/net ${docker}'`);
    const first = await scrape();
    for (const path of ["/run/netns/blue", docker]) {
      await run(`nsenter --net=${path} ${DISK}/${SEND} udp --to 203.0.113.9 --count ${SENDS}`);
    }
    const second = await scrape();
    for (const name of ["blue", "box"]) {
      expect(value(second, "tablesnoop_netns_info", { netns: name })).toBe(1);
      expect(routeGrowth(first, second, name)[keyOf("ipv4", "main", "", "no_route")]).toBe(SENDS);
    }
    expect(await property("StatusText")).toMatch(/in [13] network namespaces?$/);
  });

  test("a main loop that hangs is noticed by the watchdog, and the service is back", async () => {
    const pid = await property("MainPID");
    await restarted(() => run(`kill -STOP ${pid}`));
    expect(await property("MainPID")).not.toBe(pid);
    expect(await journal()).toContain(`Watchdog timeout (limit ${TESTED_WATCHDOG_S}s)!`);
  });

  test("killed, it is back", async () => {
    await restarted(async () => run(`kill -KILL ${await property("MainPID")}`));
    await scrape();
  });

  test("it stops well below the time systemd gives it", async () => {
    const began = Date.now();
    await run("systemctl stop tablesnoopd");
    const took = Date.now() - began;
    expect(await property("Result")).toBe("success");
    console.info(`systemctl stop took ${took} ms in the emulated guest`);
    expect(took).toBeLessThan(8_000);
  });

  test("by its socket unit it serves members of its group, and nobody else", async () => {
    await run("install -d -m 0750 -g tablesnoop /etc/tablesnoop");
    await configure("deny");
    await run(`echo '${FLAGS}' >/etc/default/tablesnoopd`);
    await run("systemctl start tablesnoopd.socket");
    // The first to connect has systemd start the service, and waits for it.
    expect(await ask("--regid tablesnoop", START_S)).toMatch(/^x-frame-options: deny$/im);
    await expect(ask("--regid nogroup")).rejects.toThrow("Permission denied");
  });

  test("a reload reads the web configuration again, and a bad one changes nothing", async () => {
    await configure("sameorigin");
    await run("systemctl reload tablesnoopd");
    await until("journalctl -u tablesnoopd -o cat | grep -q 'reloaded.*SIGHUP\\|SIGHUP.*reloaded'");
    expect(await ask("--regid tablesnoop")).toMatch(/^x-frame-options: sameorigin$/im);
    await configure("nonsense");
    await run("systemctl reload tablesnoopd");
    await until("journalctl -u tablesnoopd -o cat | grep -q 'reload failed'");
    expect(await ask("--regid tablesnoop")).toMatch(/^x-frame-options: sameorigin$.*_last_reload_successful 0$/ims);
    expect(await property("ActiveState")).toBe("active");
    await configure("deny");
  });

  test("an upgrade keeps its configuration and restarts it", async () => {
    const pid = await property("MainPID");
    await run(`dpkg --install ${DISK}/${SUCCESSOR}`, 300);
    await until("systemctl -q is-active tablesnoopd");
    expect(await property("MainPID")).not.toBe(pid);
    expect(await run("dpkg-query -W -f '$" + "{Version}' tablesnoop")).toContain(NEXT);
    expect(await run("cat /etc/default/tablesnoopd")).toBe(FLAGS);
    expect(await ask("--regid tablesnoop")).toMatch(/^x-frame-options: deny$/im);
  });

  test("its journal is one clean line for each event, and the only complaints are of the bad file and of absent modules", async () => {
    const own = (await run("journalctl -u tablesnoopd _COMM=MainThread --no-pager -o cat")).split("\n");
    const [complaints, rest] = [
      own.filter((line) => line.includes("reload failed")),
      own.filter((line) => !line.includes("reload failed")),
    ];
    expect(complaints).toEqual([expect.stringContaining("/etc/tablesnoop/web.yml")]);
    expect(rest.length).toBeGreaterThan(5);
    for (const line of rest.filter((line) => !UNSEEN.test(line))) {
      expect(line).toMatch(/^(time=\S+Z level=info msg=|\{"level":"info","time":"[^"]+Z",)/);
    }
  });

  test("purged, it leaves nothing behind", async () => {
    await run("rm -r /etc/tablesnoop && dpkg --purge tablesnoop", 120);
    expect(await run("systemctl is-active tablesnoopd || true")).toBe("inactive");
    expect(await run("getent group tablesnoop || echo none")).toBe("none");
    expect(difference(await listing(), before)).toEqual([]);
  });
}

function difference(lines: string, others: string): string[] {
  const known = new Set(others.split("\n"));
  return lines.split("\n").filter((line) => !known.has(line));
}
