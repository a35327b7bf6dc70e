// The worker thread of bcrypt_thread.ts: one comparison after the other, each of which takes a tenth of a second and more.

import { parentPort } from "node:worker_threads";
import { compareSync } from "bcryptjs";
import type { Comparison } from "./bcrypt_thread.js";

parentPort?.on("message", ({ password, hash }: Comparison) => {
  parentPort?.postMessage(compareSync(password, hash));
});
