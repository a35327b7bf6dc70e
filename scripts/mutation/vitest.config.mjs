import { defineConfig } from "vitest/config";
import { chosenRoom } from "./rooms.mjs";

export default defineConfig({
  test: {
    include: [...chosenRoom().tests],
    // Of speed: they fail where others have the processor, and a mutant is noticed then that nobody saw.
    exclude: ["**/*_speed.test.ts"],
    testTimeout: 10_000,
    hookTimeout: 10_000,
  },
});
