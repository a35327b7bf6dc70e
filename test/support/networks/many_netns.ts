// Very many namespaces and devices, made in one go: bare, down, and without the quiet settings of netns.ts.

import { spawnSync } from "node:child_process";
import { onProcessEnd } from "../cleanup.js";
import { runCommand } from "../processes/command.js";
import type { Netns } from "./netns.js";

const BATCH_MS = 300_000;
/** A batch of iproute2's keeps a descriptor open for each name of a namespace in it, two for a link. */
const LINKS_A_BATCH = 400;

export interface ManyNetns extends AsyncDisposable {
  readonly names: readonly string[];
}

/** Namespaces named after `base`, in a ring of veth pairs: device `v1` in the first, its peer `w1` in the next. */
export async function createManyNetns(base: Netns, count: number, links: number): Promise<ManyNetns> {
  const names = Array.from({ length: count }, (_, at) => `${base.name}-${at + 1}`);
  const pairs = Array.from({ length: links }, (_, at) => {
    const [here, next] = [names[at % count], names[(at + 1) % count]];
    return `link add v${at + 1} netns ${here} type veth peer name w${at + 1} netns ${next}`;
  });
  const removal = names.map((name) => `netns delete ${name}`);
  const removeNow = () => spawnSync("ip", ["-force", "-batch", "-"], { input: batchOf(removal) });
  const forget = onProcessEnd(removeNow);
  const remove = async () => {
    await runBatch(removal);
    forget();
  };
  try {
    await runBatch(names.map((name) => `netns add ${name}`));
    for (let at = 0; at < pairs.length; at += LINKS_A_BATCH) await runBatch(pairs.slice(at, at + LINKS_A_BATCH));
  } catch (error) {
    removeNow();
    forget();
    throw error;
  }
  return { names, [Symbol.asyncDispose]: remove };
}

async function runBatch(lines: readonly string[]): Promise<void> {
  await runCommand("ip", ["-batch", "-"], { input: batchOf(lines), timeoutMs: BATCH_MS });
}

function batchOf(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
