import { defineConfig } from "vitest/config";

// One project per tier, one tier after the other. Files run in parallel only where they do not ask one kernel for exact
// counts: not those of live, outages, browser and torture.
const IN_TURN = ["live", "outages", "browser", "torture"];
const SMOKE = "test/vm/smoke.test.ts";
const tier = (name: string, order: number, timeout: number, hookTimeout = timeout) => ({
  test: {
    name,
    include: name === "smoke" ? [SMOKE] : [`test/${name}/**/*.test.ts`],
    exclude: name === "smoke" ? [] : [SMOKE],
    testTimeout: timeout,
    hookTimeout,
    fileParallelism: !IN_TURN.includes(name),
    // Loading what the file before had loaded costs seconds a file.
    isolate: !["unit", "live"].includes(name),
    // Each emulated CPU keeps one core busy; three files fill two cores to the end.
    ...(name === "vm" && { maxWorkers: 3 }),
    sequence: { groupOrder: order },
  },
});

export default defineConfig({
  test: {
    projects: [
      tier("unit", 0, 10_000),
      tier("native", 1, 60_000),
      tier("live", 2, 60_000),
      tier("addon", 3, 60_000),
      tier("outages", 4, 60_000),
      tier("deploy", 5, 120_000),
      tier("browser", 6, 120_000),
      // A file waits first until all packages are built: two minutes alone, several beside the other lanes.
      tier("package", 7, 300_000, 600_000),
      tier("smoke", 8, 900_000),
      // None of these is part of `npm test`. `.ci/run` runs the first two, scripts/torture.mjs the third.
      tier("release", 9, 1_800_000),
      tier("vm", 10, 900_000),
      tier("torture", 11, 300_000),
    ],
    reporters: ["verbose"],
  },
});
