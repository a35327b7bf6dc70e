import { describe, expect, test } from "vitest";
import { type Config, helpText, parseConfig, versionText } from "../../daemon/config.js";
import { UsageError } from "../../daemon/errors.js";
import { parseWatch } from "../../daemon/watched/watch.js";

function config(...argv: string[]): Config {
  const parsed = parseConfig(argv);
  if ("show" in parsed) throw new Error(`shows ${parsed.show}`);
  return parsed;
}

function refusal(...argv: string[]): string {
  try {
    parseConfig(argv);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("the configuration", () => {
  test("without flags it is the documented defaults", () => {
    expect(config()).toEqual({
      listen: [{ text: ":10074", host: undefined, port: 10074 }],
      socket: { mode: 0o660 },
      lifecycle: false,
      telemetryPath: "/metrics",
      maxRequests: 40,
      exporterMetrics: true,
      probe: "auto",
      netns: [],
      watches: [],
      collectors: {
        route: true,
        rule: true,
        encap: true,
        neighbour: true,
        fdb: true,
        drop: true,
        "dst-cache": true,
        mib: true,
        tunnel: true,
        mpls: true,
        netfilter: false,
        srv6: true,
        "socket-cache": false,
        change: true,
      },
      failureWindowMs: 60_000,
      seriesMax: 10_000,
      seriesExpiryMs: 300_000,
      countersMax: 16_384,
      capabilities: 0n,
      logLevel: "info",
      logFormat: "logfmt",
    });
  });

  test("every flag has its effect", () => {
    const argv = [
      "--web.listen-address=127.0.0.1:0",
      "--web.listen-address=[::1]:9",
      "--web.listen-address=unix:/run/x.sock",
      "--web.socket-mode=0600",
      "--web.socket-group=adm",
      "--web.config.file=web.yml",
      "--web.enable-lifecycle",
      "--web.stream-insecure",
      "--web.telemetry-path=/a/b",
      "--web.max-requests=0",
      "--web.disable-exporter-metrics",
      "--log.level=debug",
      "--log.format=json",
      "--probe=tracepoint",
      "--netns=blue",
      "--netns=red",
      "--no-collector.route",
      "--no-collector.rule",
      "--no-collector.neighbour",
      "--no-collector.drop",
      "--no-collector.mib",
      "--no-collector.tunnel",
      "--no-collector.mpls",
      "--collector.netfilter",
      "--no-collector.srv6",
      "--collector.socket-cache",
      "--no-collector.change",
      "--watch-route=198.51.100.0/24@main",
      "--failure-window=5s",
      "--series.max=100",
      "--series.expiry=1s",
      "--counters.max=64",
      "--web.enable-stream",
      "--stream.max-listeners=32",
      "--stream.ring-size=64KiB",
      "--stream.queue-size=65537",
      "--capabilities.keep=cap_setgid",
    ];
    expect(config(...argv)).toEqual({
      listen: [
        { text: "127.0.0.1:0", host: "127.0.0.1", port: 0 },
        { text: "[::1]:9", host: "::1", port: 9 },
        { text: "unix:/run/x.sock", path: "/run/x.sock" },
      ],
      socket: { mode: 0o600, group: "adm" },
      webConfigFile: "web.yml",
      lifecycle: true,
      telemetryPath: "/a/b",
      maxRequests: 0,
      exporterMetrics: false,
      probe: "tracepoint",
      netns: ["blue", "red"],
      watches: [parseWatch("198.51.100.0/24@main")],
      collectors: {
        route: false,
        rule: false,
        encap: true,
        neighbour: false,
        fdb: true,
        drop: false,
        "dst-cache": true,
        mib: false,
        tunnel: false,
        mpls: false,
        netfilter: true,
        srv6: false,
        "socket-cache": true,
        change: false,
      },
      failureWindowMs: 5000,
      seriesMax: 100,
      seriesExpiryMs: 1000,
      countersMax: 64,
      stream: { maxListeners: 32, ringBytes: 65_536, queueBytes: 65_537, isInsecure: true },
      capabilities: 64n,
      logLevel: "debug",
      logFormat: "json",
    });
  });

  test("sockets of systemd's are taken instead of any address", () => {
    expect(config("--web.systemd-socket", "--web.listen-address=:1").listen).toBe("systemd");
  });

  test("it is frozen throughout", () => {
    const frozen = config("--netns=a");
    for (const part of [frozen, frozen.listen, ...frozen.listen, frozen.socket, frozen.netns, frozen.collectors]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test("an address or namespace given twice counts once, port 0 each time", () => {
    expect(config("--web.listen-address=:1", "--web.listen-address=:1").listen).toHaveLength(1);
    expect(config("--web.listen-address=:0", "--web.listen-address=:0").listen).toHaveLength(2);
    expect(config("--netns=a", "--netns=b", "--netns=a").netns).toEqual(["a", "b"]);
  });

  test.each([
    "--web.listen-address=10074",
    "--web.listen-address=::1:10074",
    "--web.listen-address=:65536",
    "--web.listen-address=unix:",
    "--web.listen-address=unix:relative",
    "--web.listen-address=unix:/run/",
    `--web.listen-address=unix:/${"x".repeat(107)}`,
    "--web.socket-mode=660x",
    "--web.socket-mode=1777",
    "--web.socket-mode=0888",
    "--web.socket-group=a:b",
    "--web.telemetry-path=/-/reload",
    "--web.telemetry-path=metrics",
    "--web.telemetry-path=/",
    "--web.telemetry-path=/-/healthy",
    "--web.telemetry-path=/-/ready",
    "--web.telemetry-path=/-/./ready",
    "--web.telemetry-path=/metrics/",
    "--web.telemetry-path=/:name",
    "--web.telemetry-path=/*",
    "--web.telemetry-path=/a b",
    "--web.telemetry-path=/a?b",
    "--web.max-requests=-1",
    "--netns=../x",
    "--netns=..",
    "--failure-window=4999ms",
    "--failure-window=61m",
    "--series.max=99",
    "--series.max=1000001",
    "--series.expiry=999ms",
    "--web.telemetry-path=/stream",
    "--stream.max-listeners=0",
    "--stream.max-listeners=33",
    "--stream.ring-size=3MiB",
    "--stream.ring-size=32KiB",
    "--stream.ring-size=2GiB",
    "--stream.ring-size=8MB",
    "--stream.queue-size=1",
    "--counters.max=63",
    "--counters.max=1048577",
    "--watch-route=10.0.0.1/8",
    "--watch-route=10.0.0.0",
    "--watch-route=default",
    "--capabilities.keep=bpf",
    "--log.level=warning",
    "--log.format=text",
    "--probe=kprobe",
  ])("%s is refused with flag and value in the message", (argument) => {
    const [flag = "", value = ""] = argument.split("=");
    expect(refusal(argument)).toContain(flag);
    expect(refusal(argument)).toContain(JSON.stringify(value));
  });

  test("a route is watched once, in one table or in several, and no more than 256 are", () => {
    const tables = config("--watch-route=::/0", "--watch-route=0::/0@main", "--watch-route=::/0@100").watches;
    expect(tables.map(({ prefix, table }) => `${prefix} ${table}`)).toEqual([
      "::/0 undefined",
      "::/0 main",
      "::/0 100",
    ]);
    expect(refusal("--watch-route=2001:db8::/32@red", "--watch-route=2001:DB8::/32@red")).toBe(
      'flag --watch-route: "2001:DB8::/32@red" is not new: it was given before; see --help',
    );
    const many = Array.from({ length: 256 }, (_, at) => `--watch-route=10.${at}.0.0/16`);
    expect(config(...many).watches).toHaveLength(256);
    expect(refusal(...many, "--watch-route=::/0")).toContain("among the 256");
  });

  test("an unknown flag is refused", () => {
    expect(refusal("--listen=:1")).toContain("unknown flag");
  });

  test("sizes of the stream mean nothing, and do no harm, without the stream", () => {
    expect(config("--stream.ring-size=1MiB").stream).toBeUndefined();
    expect(config("--web.enable-stream").stream).toEqual({
      maxListeners: 16,
      ringBytes: 8_388_608,
      queueBytes: 4_194_304,
      isInsecure: false,
    });
  });
});

describe("help and version", () => {
  test("help wins over version, and both over what other flags say", () => {
    expect(parseConfig(["-h"])).toEqual({ show: "help" });
    expect(parseConfig(["--version", "--help"])).toEqual({ show: "help" });
    expect(parseConfig(["--version", "--web.listen-address=nonsense"])).toEqual({ show: "version" });
  });

  test("the help text names every flag with its default, in lines of at most 100 columns", () => {
    const text = helpText();
    for (const flag of [
      "--web.listen-address=ADDRESS ...",
      "--web.telemetry-path=PATH",
      "--web.max-requests=N",
      "--web.disable-exporter-metrics",
      "--probe=auto|trampoline|tracepoint",
      "--netns=NAME ...",
      "--[no-]collector.route",
      "--[no-]collector.rule",
      "--[no-]collector.neighbour",
      "--[no-]collector.mib",
      "--[no-]collector.tunnel",
      "--[no-]collector.mpls",
      "--[no-]collector.srv6",
      "--[no-]collector.change",
      "--failure-window=DURATION",
      "--series.max=N",
      "--series.expiry=DURATION",
      "--counters.max=N",
      "--log.level=debug|info|warn|error",
      "--log.format=logfmt|json",
      "--version",
      "-h, --help",
    ]) {
      expect(text).toContain(flag);
    }
    expect(text.replace(/\s+/g, " ")).toContain("(5s to 1h; default 1m)");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).not.toMatch(/[ ]$/m);
  });

  test("the version text tells name and version first, and the revision only if it is known", () => {
    const versions = { version: "1.2.3", node: "v20.1.0", libbpf: "1.1" };
    expect(versionText(versions)).toBe("tablesnoopd, version 1.2.3\n  node:     v20.1.0\n  libbpf:   1.1\n");
    expect(versionText({ ...versions, revision: "abc" })).toContain("\n  revision: abc\n");
  });
});
