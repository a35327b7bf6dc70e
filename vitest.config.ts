import { defineConfig } from "vitest/config";

// One project per tier, one tier after the other. Files run in parallel only where they do not share a kernel: those of unit
// and native ask none, those of vm bring their own.
const tier = (name: string, order: number, timeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    fileParallelism: ["unit", "native", "vm"].includes(name),
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
      tier("package", 5, 300_000),
      tier("vm", 6, 900_000),
      // Not part of `npm test`: scripts/torture.mjs runs it.
      tier("torture", 7, 300_000),
    ],
    reporters: ["verbose"],
  },
});
