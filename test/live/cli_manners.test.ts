// How tablesnoop ends, what it does when its output stands still, how it refuses, and what it keeps to itself.

import { spawn as spawnProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { seesRules, startBackend } from "../support/backend.js";
import { IS_SMALL, PATIENCE } from "../support/pace.js";
import { startBackground } from "../support/processes/background.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { startTablesnoop, tablesnoopCommand } from "../support/processes/tablesnoop_process.js";
import { waitUntil } from "../support/wait_until.js";
import { beacon, ended, keep, PROBE, pair, spawn, start, to, useStage, WAIT } from "./cli_stage.js";

useStage();

/** Ended, whether or not its parent took note: its output may be open elsewhere. */
function isGone(pid: number): boolean {
  return !existsSync(`/proc/${pid}/exe`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}

describe("manners", () => {
  test("--count ends it with 0 after exactly so many lines", async () => {
    const tablesnoop = await spawn([PROBE, "--route", "--count=7"], { netns: pair.host });
    const exit = await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 5);
        return tablesnoop.exit();
      },
      WAIT,
    );
    expect(exit).toEqual({ code: 0, signal: null });
    expect(tablesnoop.stdout().split("\n")).toHaveLength(8);
  });

  test("--duration ends it with 0", async () => {
    const tablesnoop = await spawn([PROBE, "--duration=200ms"], { netns: pair.peer });
    expect(await ended(tablesnoop)).toEqual({ code: 0, signal: null });
  });

  test("a reader that goes away after a line ends it with 0 and without a word", async () => {
    const tablesnoop = await spawn([PROBE, "--route"], { netns: pair.host, pipe: "head -n 1" });
    const exit = await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 5);
        return tablesnoop.exit();
      },
      WAIT,
    );
    expect(exit).toEqual({ code: 0, signal: null });
    expect(tablesnoop.stderr()).toBe("");
    expect(tablesnoop.stdout()).toMatch(/^v4: [^\n]*\n$/);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s lets every line of a lookup made before it through", async (signal) => {
    const sends = IS_SMALL ? 997 : 9973;
    const tablesnoop = await start(["--route", "--dst=198.51.100.0/25"]);
    await to("198.51.100.1", sends);
    expect(await tablesnoop.stop(signal)).toEqual({ code: 0, signal: null });
    expect(tablesnoop.lines()).toHaveLength(sends);
    expect(tablesnoop.stderr()).toBe("");
  });

  test("what a stuck reader does not take is dropped and counted, to the last lookup", async () => {
    const sends = IS_SMALL ? 150_000 : 300_000;
    const pipe = `bash -c 'echo "reader $$" >&2; exec cat'`;
    const flags = ["--route", "-v", "--dst=198.51.100.0/25"];
    const tablesnoop = keep(await startTablesnoop(flags, beacon, { netns: pair.host, pipe }));
    const [, reader] = await tablesnoop.waitFor("stderr", /reader (\d+)/);
    process.kill(Number(reader), "SIGSTOP");
    try {
      await to("198.51.100.1", sends);
    } finally {
      process.kill(Number(reader), "SIGCONT");
    }
    expect(await tablesnoop.stop("SIGTERM")).toEqual({ code: 0, signal: null });
    const dropped = [...tablesnoop.stderr().matchAll(/^tablesnoop: (\d+) events dropped \(([^)]+)\)$/gm)];
    expect(dropped.map(([, , why]) => why)).toContain("reader too slow");
    const sum = dropped.reduce((total, [, count]) => total + Number(count), 0);
    expect(tablesnoop.lines().length + sum).toBe(sends);
  });

  test("a reader that stays stuck does not keep it from ending with 0", async () => {
    const pipe = `bash -c 'echo "reader $$" >&2; exec cat'`;
    const tablesnoop = keep(await startTablesnoop(["--route"], beacon, { netns: pair.host, pipe }));
    const [, reader] = await tablesnoop.waitFor("stderr", /reader (\d+)/);
    process.kill(Number(reader), "SIGSTOP");
    try {
      await to("198.51.100.1", 5000);
      process.kill(tablesnoop.pid, "SIGTERM");
      await waitUntil("the process is gone", () => isGone(tablesnoop.pid), WAIT);
    } finally {
      process.kill(Number(reader), "SIGCONT");
    }
    expect(await ended(tablesnoop)).toEqual({ code: 0, signal: null });
  });

  test("a lookup shows at the end of a pipe within 200 ms", async () => {
    const flags = ["--route", "--json", "--dst=198.51.100.0/25"];
    const tablesnoop = keep(await startTablesnoop(flags, beacon, { netns: pair.host, pipe: "cat" }));
    const delays: number[] = [];
    for (let round = 1; round <= 5; round++) {
      await to("198.51.100.1", 1);
      const line = await waitUntil("the line is there", () => tablesnoop.lines()[round - 1], {
        ...WAIT,
        intervalMs: 1,
      });
      delays.push(Date.now() - Date.parse(JSON.parse(line).time));
    }
    const [, , median] = delays.sort((a, b) => a - b);
    expect(median).toBeLessThan(200 * PATIENCE);
  });

  test("-s puts one empty line after a pause, none before the first line", async () => {
    const tablesnoop = await start(["-s", "--route", "-4", "--dst=198.51.100.0/25"]);
    await waitUntil("the pause after the start is marked", () => tablesnoop.stdout().endsWith("\n\n"), WAIT);
    await to("198.51.100.1", 3);
    await waitUntil("the pause after the lines is marked", () => /\.1 [^\n]*\n\n$/.test(tablesnoop.stdout()), WAIT);
    expect(tablesnoop.stdout()).toMatch(/^v4: /);
    expect(tablesnoop.stdout()).not.toContain("\n\n\n");
  });

  test("an output that is full ends it with 1 and says so", async () => {
    const command = tablesnoopCommand([PROBE, "--route"], { netns: pair.host });
    const tablesnoop = keep(await startBackground("bash", ["-c", `exec ${command.join(" ")} > /dev/full`]));
    await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 1);
        return tablesnoop.exit();
      },
      WAIT,
    );
    expect(tablesnoop.exit()?.code).toBe(1);
    expect(tablesnoop.stderr()).toMatch(/^tablesnoop: write the output: .*ENOSPC.*\n$/m);
  });
});

describe("what it cannot do", () => {
  test.skipIf(seesRules)("without trampolines --rule alone is refused, and a note tells of the rest", async () => {
    const refused = await spawn([PROBE, "--rule"], { netns: pair.host });
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: see rule lookups: [^\n]+\n$/);
    const noted = await spawn([PROBE, "--duration=1ms"], { netns: pair.host });
    expect(await ended(noted)).toEqual({ code: 0, signal: null });
    expect(noted.stderr()).toMatch(/^tablesnoop: note: [^\n]*rule lookups cannot be seen[^\n]*\n$/);
  });

  test("without privileges it says what it needs", async () => {
    const refused = await spawn([PROBE], { netns: pair.host, asNobody: true });
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: [^\n]*run as root or with CAP_BPF and CAP_PERFMON\n$/);
  });

  test("an unknown table is a mistake of the command line", async () => {
    const refused = await spawn([PROBE, "--route", "--table=nobody-knows"], { netns: pair.host });
    expect(await ended(refused)).toEqual({ code: 2, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: flag --table: "nobody-knows" is not [^\n]+\n$/);
  });
});

describe("lines from a daemon", () => {
  const ENABLED = ["--web.enable-stream"];

  test("end with 1 and a word when the daemon ends", async () => {
    await using daemon = await startBackend(ENABLED);
    const tablesnoop = keep(await startTablesnoop(["--connect", daemon.url], beacon));
    await daemon.stop();
    expect(await ended(tablesnoop)).toEqual({ code: 1, signal: null });
    expect(tablesnoop.stderr()).toMatch(/^tablesnoop: read http:\S+: the stream was ended; [^\n]+\n$/);
  });

  test("are refused in the daemon's words", async () => {
    await using daemon = await startBackend(ENABLED);
    const refused = await spawn(["--connect", daemon.url, "--table=nobody-knows"]);
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: read http:\S+: [^\n]*"nobody-knows"[^\n]*\n$/);
  });

  test("are refused by a daemon without a stream, with a hint", async () => {
    await using daemon = await startBackend();
    const refused = await spawn(["--connect", daemon.url]);
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/^tablesnoop: read http:\S+: [^\n]*--web\.enable-stream[^\n]*\n$/);
  });

  test("are offered to who has no privilege, if there is one on the default port", async () => {
    const daemon = keep(
      await startBackground("nsenter", [
        `--net=${pair.peer.path}`,
        "--",
        process.execPath,
        TABLESNOOPD,
        PROBE,
        "--web.listen-address=127.0.0.1:10074",
        ...ENABLED,
      ]),
    );
    await daemon.waitFor("stderr", /listening/, WAIT);
    const refused = await spawn([PROBE], { netns: pair.peer, asNobody: true });
    expect(await ended(refused)).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(/CAP_PERFMON[^\n]*--connect http:\/\/127\.0\.0\.1:10074\n$/);
  });
});

describe("at the far end of --connect", () => {
  /** A server that takes the request and says no more. */
  async function silent(): Promise<{ readonly port: number; readonly asked: () => boolean }> {
    let isAsked = false;
    const server = createServer((_, response) => {
      isAsked = true;
      response.flushHeaders();
    });
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port, asked: () => isAsked };
  }

  test("the password in its URL is not among the arguments that everybody sees", async () => {
    const { port, asked } = await silent();
    const tablesnoop = await spawn(["-x", "--connect", `http://me:open-sesame@127.0.0.1:${port}`]);
    await waitUntil("it is connected", asked, WAIT);
    const seen = readFileSync(`/proc/${tablesnoop.pid}/cmdline`, "utf8").replace(/\0+/g, " ").trimEnd();
    expect(seen).toBe(`tablesnoop -x --connect http://127.0.0.1:${port}`);
  });

  test("Ctrl-C on a terminal leaves the prompt on a line of its own", async () => {
    const { port, asked } = await silent();
    // In place of the shell, which some shells would not do by themselves: theirs would be the exit code then.
    const command = ["exec", ...tablesnoopCommand(["--connect", `http://127.0.0.1:${port}`])].join(" ");
    const terminal = spawnProcess("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
    onTestFinished(() => void terminal.kill("SIGKILL"));
    let shown = "";
    terminal.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
    });
    const exit = new Promise<number | null>((resolve) => terminal.on("close", resolve));
    await waitUntil("it is connected", asked, WAIT);
    terminal.stdin.write("\u0003");
    expect(await exit).toBe(0);
    expect(shown).toBe("^C\r\n");
  });
});
