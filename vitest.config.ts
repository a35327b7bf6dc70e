import { defineConfig } from "vitest/config";

// One project per tier. Only unit runs in parallel: the others share the machine's kernel.
const tier = (name: string, timeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    fileParallelism: name === "unit",
  },
});

export default defineConfig({
  test: {
    projects: [tier("unit", 10_000), tier("live", 60_000), tier("deploy", 120_000), tier("vm", 900_000)],
    reporters: ["verbose"],
  },
});
