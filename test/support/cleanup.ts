// What must be undone even when the test process is interrupted: synchronous actions, run at exit, SIGINT and SIGTERM.

import process from "node:process";

const actions = new Set<() => void>();
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
let isInstalled = false;

/** Registers an action that must not throw; the returned function takes it off again. */
export function onProcessEnd(action: () => void): () => void {
  if (!isInstalled) {
    isInstalled = true;
    process.on("exit", runAll);
    for (const signal of SIGNALS) process.on(signal, endBy);
  }
  actions.add(action);
  return () => actions.delete(action);
}

function runAll(): void {
  for (const action of [...actions].reverse()) action();
  actions.clear();
}

function endBy(signal: NodeJS.Signals): void {
  runAll();
  process.off(signal, endBy);
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
