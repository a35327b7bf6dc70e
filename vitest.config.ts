import { defineConfig } from "vitest/config";

// One project per tier, one tier after the other. Only unit runs in parallel: the others share the machine's kernel.
const tier = (name: string, order: number, timeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    fileParallelism: name === "unit",
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
    ],
    reporters: ["verbose"],
  },
});
