import { chosenRoom, memoryOf, reportOf } from "./rooms.mjs";

const { name, mutate } = chosenRoom();
const report = reportOf(name);

export default {
  mutate: [...mutate],
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "scripts/mutation/vitest.config.mjs", related: false },
  coverageAnalysis: "perTest",
  concurrency: 1,
  // Only what has changed since the last time, in a file or in its tests.
  incremental: true,
  incrementalFile: memoryOf(name),
  tempDirName: ".stryker-tmp",
  // Links to folders, which it copies as files, are below dist/test.
  ignorePatterns: ["test-output", "packages", "dist/test"],
  // Stryker would rewrite it by TypeScript's API, which TypeScript 7 does not have. Vitest does without.
  tsconfigFile: "none",
  reporters: ["clear-text", "html", "json"],
  htmlReporter: { fileName: `${report}/report.html` },
  jsonReporter: { fileName: `${report}/report.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
  // Of constants, for which every test of the room is run. That is why there are rooms.
  warnings: { slow: false },
};
