import { defineConfig } from "vitest/config";

// One project per tier, one tier after the other. Files run in parallel only where they do not share a kernel: those of unit
// ask none, those of vm bring their own.
const tier = (name: string, order: number, timeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    fileParallelism: name === "unit" || name === "vm",
    // Each emulated CPU keeps one core busy; three files fill two cores to the end.
    ...(name === "vm" && { maxWorkers: 3 }),
    sequence: { groupOrder: order },
  },
});

export default defineConfig({
  test: {
    projects: [
      tier("unit", 0, 10_000),
      tier("live", 1, 60_000),
      tier("deploy", 2, 120_000),
      tier("browser", 3, 60_000),
      tier("package", 4, 300_000),
      tier("vm", 5, 900_000),
      // Not part of `npm test`: scripts/torture.mjs runs it.
      tier("torture", 6, 300_000),
    ],
    reporters: ["verbose"],
  },
});
