import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ServiceManager, type Supervision, takeSupervision } from "../../../daemon/service/service_manager.js";

describe("what the service manager says in the environment", () => {
  test("is read once and not handed on", () => {
    const environment = { NOTIFY_SOCKET: "/run/notify", WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7", HOME: "/" };
    expect(takeSupervision(environment, 7)).toEqual({ address: "/run/notify", watchdogMs: 30_000 });
    expect(environment).toEqual({ HOME: "/" });
  });

  test.each<[string, NodeJS.ProcessEnv, Supervision]>([
    ["nothing", {}, {}],
    ["an empty socket", { NOTIFY_SOCKET: "", WATCHDOG_USEC: "1000000" }, {}],
    [
      "a watchdog of another process",
      { NOTIFY_SOCKET: "@n", WATCHDOG_USEC: "1000000", WATCHDOG_PID: "8" },
      { address: "@n" },
    ],
    [
      "a watchdog of nobody in particular",
      { NOTIFY_SOCKET: "@n", WATCHDOG_USEC: "1500000" },
      { address: "@n", watchdogMs: 1500 },
    ],
    ["a watchdog of no time", { NOTIFY_SOCKET: "@n", WATCHDOG_USEC: "0" }, { address: "@n" }],
    ["a watchdog that is no number", { NOTIFY_SOCKET: "@n", WATCHDOG_USEC: "soon" }, { address: "@n" }],
  ])("%s", (_, environment, supervision) => {
    expect(takeSupervision(environment, 7)).toEqual(supervision);
  });
});

describe("what it is told", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function build(supervision: Supervision) {
    const told: string[] = [];
    const reports: (string | undefined)[] = [];
    const failing: { error?: Error } = {};
    const manager = new ServiceManager({
      supervision,
      send: (address, message) => {
        if (failing.error) throw failing.error;
        told.push(`${address} ${message}`);
      },
      monotonicMicroseconds: () => 123_456n,
      report: (error) => reports.push(error?.message),
    });
    return { manager, told, reports, failing };
  }

  test("ready, then a sign of life at half the time it waits for one, until the end", () => {
    const { manager, told } = build({ address: "@n", watchdogMs: 1000 });
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([]);
    manager.ready("well");
    vi.advanceTimersByTime(1100);
    manager.stopping();
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([
      "@n READY=1\nSTATUS=well",
      "@n WATCHDOG=1",
      "@n WATCHDOG=1",
      "@n STOPPING=1\nSTATUS=stopping",
    ]);
  });

  test("a status only when it is another one, and always one line", () => {
    const { manager, told } = build({ address: "@n" });
    manager.ready("well");
    manager.status("well");
    manager.status("bad\nREADY=1");
    manager.status("bad\nREADY=1");
    expect(told).toEqual(["@n READY=1\nSTATUS=well", "@n STATUS=bad READY=1"]);
  });

  test("reloading with its moment, then ready, also if the reload failed", () => {
    const { manager, told } = build({ address: "@n" });
    expect(manager.reload(() => "too early")).toBe("too early");
    manager.ready("well");
    const fail = () => {
      throw new Error("bad file");
    };
    expect(() => manager.reload(fail)).toThrow("bad file");
    expect(manager.reload(() => 7)).toBe(7);
    const words = ["@n RELOADING=1\nMONOTONIC_USEC=123456", "@n READY=1"];
    expect(told).toEqual(["@n READY=1\nSTATUS=well", ...words, ...words]);
  });

  test("stopping only if it was ready, and once", () => {
    const { manager, told } = build({ address: "@n" });
    manager.status("cannot start");
    manager.stopping();
    manager.ready("well");
    manager.stopping();
    manager.stopping();
    expect(told).toEqual(["@n STATUS=cannot start", "@n READY=1\nSTATUS=well", "@n STOPPING=1\nSTATUS=stopping"]);
  });

  test("nothing without a socket", () => {
    const { manager, told } = build({});
    manager.ready("well");
    manager.reload(() => 7);
    vi.advanceTimersByTime(60_000);
    manager.stopping();
    expect(told).toEqual([]);
  });

  test("what cannot be sent is reported when it begins and when it ends", () => {
    const { manager, reports, failing } = build({ address: "@n", watchdogMs: 1000 });
    failing.error = new Error("no such socket");
    manager.ready("well");
    vi.advanceTimersByTime(2000);
    delete failing.error;
    vi.advanceTimersByTime(1000);
    manager.stopping();
    expect(reports).toEqual(["no such socket", undefined]);
  });
});
