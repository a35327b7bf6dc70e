// The library as programs use it: its example, its end, and where lookups come from.

import { describe, expect, test } from "vitest";
import { startBackground } from "../support/processes/background.js";
import { runCommand } from "../support/processes/command.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { waitUntil } from "../support/wait_until.js";
import { keep, PROBE, pair, to, useStage, WAIT } from "./cli_stage.js";

useStage();

describe("the library", () => {
  const run = async (script: string) => {
    const running = keep(
      await startBackground(process.execPath, ["--input-type=module", "-e", script], {
        ...process.env,
        HOME: projectPath(),
      }),
    );
    return running;
  };
  const LOOKUPS = JSON.stringify(projectPath("dist/program/lookups.js"));

  test("runs the example of the README", async () => {
    const example = keep(await startBackground(process.execPath, [projectPath("docs/example.mjs")]));
    const exit = await waitUntil(
      "the example has ended",
      async () => {
        await to("100.64.1.1", 5);
        return example.exit();
      },
      WAIT,
    );
    expect({ exit, stderr: example.stderr() }).toEqual({ exit: { code: 0, signal: null }, stderr: "" });
    const lines = example.stdout().trimEnd().split("\n");
    expect(lines).toHaveLength(10);
    expect(
      lines.filter((line) => line.endsWith(`Z ${pair.host.name}: no_route for 100.64.1.1`)).length,
    ).toBeGreaterThan(0);
  });

  test("ends its loop and the process when the signal says so", async () => {
    const script = `
      import { openLookups } from ${LOOKUPS};
      const ending = new AbortController();
      const lookups = openLookups({ dst: "198.51.100.0/25", signal: ending.signal });
      for await (const { kind, netns, time, src, dst } of lookups) {
        console.log(kind, typeof netns.cookie, time instanceof Date, src, dst, lookups.dropped);
        ending.abort();
      }
      console.log("ended");`;
    const running = await run(script);
    const exit = await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 1);
        return running.exit();
      },
      WAIT,
    );
    expect({ exit, stderr: running.stderr() }).toEqual({ exit: { code: 0, signal: null }, stderr: "" });
    expect(running.stdout()).toBe("route bigint true 0.0.0.0 198.51.100.1 0\nended\n");
  });

  test("reads from a daemon", async () => {
    await using daemon = await startDaemon([PROBE, "--web.enable-stream"]);
    const script = `
      import { openLookups } from ${LOOKUPS};
      for await (const lookup of openLookups({ dst: "198.51.100.0/25", connect: "${daemon.url}" })) {
        console.log(lookup.netns.name, lookup.egress);
        break;
      }`;
    const running = await run(script);
    await waitUntil(
      "it has ended",
      async () => {
        await to("198.51.100.1", 1);
        return running.exit();
      },
      WAIT,
    );
    expect(running.stdout()).toBe(`${pair.host.name} host-peer\n`);
  });

  test("throws at once on what makes no sense", async () => {
    const script = `
      import { openLookups } from ${LOOKUPS};
      for (const options of [{ src: "here" }, { kinds: ["rout"] }, { connect: "x" }, { failed: "maybe" }]) {
        try { openLookups(options); console.log("accepted"); } catch (error) { console.log(error.parameter); }
      }`;
    const { stdout } = await runCommand(process.execPath, ["--input-type=module", "-e", script]);
    expect(stdout).toBe("src\nkind\nconnect\nfailed\n");
  });
});
