import { defineConfig } from "vitest/config";

// One project per tier, one tier after the other. Files run in parallel only where they do not ask one kernel for exact
// counts: not those of live, browser and torture.
const IN_TURN = ["live", "browser", "torture"];
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
      tier("deploy", 3, 120_000),
      tier("browser", 4, 60_000),
      // A file waits first until all packages are built: two minutes alone, several beside the other lane.
      tier("package", 5, 300_000, 600_000),
      tier("smoke", 6, 900_000),
      // Neither is part of `npm test`. `.ci/run` runs the first, scripts/torture.mjs the second.
      tier("vm", 7, 900_000),
      tier("torture", 8, 300_000),
    ],
    reporters: ["verbose"],
  },
});
