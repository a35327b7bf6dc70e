import { pathToFileURL } from "node:url";
import { hashSync } from "bcryptjs";
import { expect, onTestFinished, test } from "vitest";
import { BcryptThread } from "../../../daemon/login/bcrypt_thread.js";
import { projectPath } from "../../support/project_path.js";

test("comparing passwords does not hold up the event loop", async () => {
  const thread = new BcryptThread(pathToFileURL(projectPath("dist/daemon/login/bcrypt_worker.js")));
  onTestFinished(() => thread.stop());
  const hash = hashSync("x", 10);
  let longest = 0;
  let before = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - before);
    before = performance.now();
  }, 1);
  const begun = performance.now();
  await Promise.all([1, 2, 3, 4].map((at) => thread.compare({ password: `p${at}`, hash })));
  const took = performance.now() - begun;
  clearInterval(timer);
  expect(longest).toBeLessThan(took / 3);
});
