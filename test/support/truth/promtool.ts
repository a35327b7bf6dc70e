// promtool and a real Prometheus, from Debian's package.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onProcessEnd } from "../cleanup.js";
import { freePort } from "../free_port.js";
import { startBackground } from "../processes/background.js";
import { CommandError, type CommandResult, runCommand } from "../processes/command.js";
import { unpackedPackage } from "../unpacked_package.js";
import { waitUntil } from "../wait_until.js";

export interface PrometheusProcess extends AsyncDisposable {
  readonly url: string;
  /** Instant query; each row with its labels and its value. */
  query(expression: string): Promise<QueryRow[]>;
  stop(): Promise<void>;
}

interface QueryRow {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Runs promtool; rejects with a CommandError if it finds something. */
export async function promtool(args: readonly string[], input?: string): Promise<CommandResult> {
  return runCommand(await binary("promtool"), args, input === undefined ? {} : { input });
}

/** What `promtool check metrics` has to say about an exposition; nothing, if all is well. */
export async function promtoolCheckMetrics(text: string): Promise<string> {
  try {
    const { stdout, stderr } = await promtool(["check", "metrics"], text);
    return (stdout + stderr).trim();
  } catch (error) {
    if (error instanceof CommandError) return (error.stdout + error.stderr).trim() || error.message;
    throw error;
  }
}

/** A Prometheus on loopback with this configuration, its storage in a scratch folder. */
export async function startPrometheus(config: string, flags: readonly string[] = []): Promise<PrometheusProcess> {
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-prometheus-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const forget = onProcessEnd(removeFolder);
  const configFile = join(folder, "prometheus.yml");
  writeFileSync(configFile, config);
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = await startBackground(await binary("prometheus"), [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=${address}`,
    ...flags,
  ]);
  const url = `http://${address}`;
  const stop = async () => {
    await prometheus.stop();
    removeFolder();
    forget();
  };
  try {
    await waitUntil(
      "prometheus is ready",
      async () => prometheus.exit() !== undefined || (await fetch(`${url}/-/ready`)).ok,
      { timeoutMs: 30_000, intervalMs: 100 },
    );
    if (prometheus.exit()) throw new Error("it ended");
  } catch (cause) {
    await stop();
    throw new Error(`start prometheus: ${String(cause)}; it said: ${prometheus.stderr().slice(-2_000)}`, { cause });
  }
  return { url, stop, [Symbol.asyncDispose]: stop, query: (expression) => query(url, expression) };
}

async function query(url: string, expression: string): Promise<QueryRow[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
  const answer = (await response.json()) as {
    readonly status: string;
    readonly error?: string;
    readonly data?: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
  };
  if (answer.status !== "success" || !answer.data) throw new Error(`query ${expression}: ${answer.error}`);
  return answer.data.result.map((row) => ({ metric: row.metric, value: Number(row.value[1]) }));
}

async function binary(name: "promtool" | "prometheus"): Promise<string> {
  const path = join("usr/bin", name);
  return join(await unpackedPackage("prometheus", path), path);
}
