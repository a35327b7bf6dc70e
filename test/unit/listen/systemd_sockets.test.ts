import { describe, expect, test } from "vitest";
import { StartError } from "../../../daemon/errors.js";
import { takeSystemdSockets } from "../../../daemon/listen/systemd_sockets.js";

describe("sockets of systemd", () => {
  test.each([
    [{}, "LISTEN_FDS is not set"],
    [{ LISTEN_FDS: "1" }, "they are for process nobody, and this is 42"],
    [{ LISTEN_FDS: "1", LISTEN_PID: "41" }, "they are for process 41, and this is 42"],
    [{ LISTEN_FDS: "0", LISTEN_PID: "42" }, "LISTEN_FDS says 0; 1 to 16 are taken"],
    [{ LISTEN_FDS: "17", LISTEN_PID: "42" }, "LISTEN_FDS says 17; 1 to 16 are taken"],
    [{ LISTEN_FDS: "-1", LISTEN_PID: "42" }, "LISTEN_FDS says -1; 1 to 16 are taken"],
    [{ LISTEN_FDS: "9e9", LISTEN_PID: "42" }, "LISTEN_FDS says 9e9; 1 to 16 are taken"],
  ])("are not there with %j, and nobody else takes them for their own", (given, cause) => {
    const environment: NodeJS.ProcessEnv = { ...given, LISTEN_FDNAMES: "a", PATH: "/bin" };
    expect(() => takeSystemdSockets(environment, 42)).toThrow(StartError);
    expect(environment).toEqual({ PATH: "/bin" });
    const again: NodeJS.ProcessEnv = { ...given };
    expect(() => takeSystemdSockets(again, 42)).toThrow(cause);
  });
});
