// The queue in front of the thread; what the thread does is daemon/login/bcrypt_worker.ts, tested with logins.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { BcryptThread } from "../../../daemon/login/bcrypt_thread.js";

const folder = mkdtempSync(join(tmpdir(), "tablesnoop-thread-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A thread whose answer to a comparison is what this text says; `password` and `hash` are given to it. */
function threadOf(answer: string): BcryptThread {
  const file = join(folder, `${process.hrtime.bigint()}.mjs`);
  writeFileSync(
    file,
    `import { parentPort } from "node:worker_threads";
     let running = 0;
     parentPort.on("message", ({ password, hash }) => { ${answer} });`,
  );
  const thread = new BcryptThread(pathToFileURL(file));
  onTestFinished(() => thread.stop());
  return thread;
}

const HASH = "hash";

describe("passwords", () => {
  test("are each answered for themselves, in the order in which they came", async () => {
    const thread = threadOf(`parentPort.postMessage(password === "right");`);
    const answers: string[] = [];
    const compare = async (password: string) => {
      answers.push(`${password} ${await thread.compare({ password, hash: HASH })}`);
    };
    await Promise.all(["a", "right", "b"].map(compare));
    expect(answers).toEqual(["a false", "right true", "b false"]);
    await compare("right");
    expect(answers.at(-1)).toBe("right true");
  });

  test("go to the thread one at a time", async () => {
    const thread = threadOf(`
      running += 1;
      setTimeout(() => { parentPort.postMessage(running === 1); running -= 1; }, 5);`);
    const all = await Promise.all(["a", "b", "c"].map((password) => thread.compare({ password, hash: HASH })));
    expect(all).toEqual([true, true, true]);
  });

  test("are right only if the thread says true", async () => {
    const thread = threadOf(`parentPort.postMessage(password);`);
    expect(await thread.compare({ password: "true", hash: HASH })).toBe(false);
  });

  test("that were with a thread that ends are rejected, and the others go to a new one", async () => {
    const thread = threadOf(`if (password === "end") process.exit(1); else parentPort.postMessage(true);`);
    const settled = await Promise.allSettled([
      thread.compare({ password: "end", hash: HASH }),
      thread.compare({ password: "a", hash: HASH }),
    ]);
    expect(settled).toEqual([
      { status: "rejected", reason: new Error("the thread that compares passwords has ended") },
      { status: "fulfilled", value: true },
    ]);
    expect(await thread.compare({ password: "b", hash: HASH })).toBe(true);
  });

  test("that a thread fails for are rejected with its error", async () => {
    const thread = threadOf(`if (password === "throw") throw new Error("no memory"); parentPort.postMessage(true);`);
    await expect(thread.compare({ password: "throw", hash: HASH })).rejects.toThrow("no memory");
    expect(await thread.compare({ password: "a", hash: HASH })).toBe(true);
  });

  test("cannot make a thread take 200 MB", async () => {
    const thread = threadOf(`
      const held = [];
      for (let at = 0; at < 250; at++) held.push(new Array(100_000).fill(at));
      parentPort.postMessage(held.length === 250);`);
    await expect(thread.compare({ password: "a", hash: HASH })).rejects.toThrow(/memory/);
  });

  test("that wait when the daemon stops are told so, all of them, and later ones are compared again", async () => {
    const thread = threadOf(`if (password !== "wait") parentPort.postMessage(true);`);
    const waiting = Promise.allSettled(["wait", "b", "c"].map((password) => thread.compare({ password, hash: HASH })));
    await thread.stop();
    expect(await waiting).toEqual(
      ["wait", "b", "c"].map(() => ({ status: "rejected", reason: new Error("the daemon stops") })),
    );
    expect(await thread.compare({ password: "d", hash: HASH })).toBe(true);
  });

  test("cannot be waited for once the thread has been stopped before it began", async () => {
    const thread = threadOf("");
    await thread.stop();
    await thread.stop();
  });
});
