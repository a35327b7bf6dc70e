// The whole chain on one machine: the daemon, a real Prometheus with our scrape config and rules, and time that runs
// faster there: every duration in those files is divided by SPEED, so that rules keep their proportions.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onProcessEnd } from "../support/cleanup.js";
import { type DaemonProcess, startDaemon } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { type PrometheusProcess, startPrometheus } from "../support/truth/promtool.js";

const SPEED = 30;

/** Probes and network namespaces need it. */
export const IS_ROOT = process.getuid?.() === 0;

export interface Stage extends AsyncDisposable {
  readonly daemon: DaemonProcess;
  readonly prometheus: PrometheusProcess;
}

export interface Rule {
  readonly type: "alerting" | "recording";
  readonly name: string;
  readonly query: string;
  /** Alerts only. */
  readonly annotations?: { readonly summary?: string; readonly description?: string; readonly runbook_url?: string };
  readonly labels?: { readonly severity?: string };
}

export async function startStage(): Promise<Stage> {
  // Of a prefix that every machine has a route for.
  const daemon = await startDaemon(["--watch-route=127.0.0.0/8"]);
  try {
    const prometheus = await startWithRules(daemon.url.replace("http://", ""));
    const dispose = async () => {
      await prometheus.stop();
      await daemon.stop();
    };
    return { daemon, prometheus, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}

/** A Prometheus with our scrape config and rules, its one target replaced. */
export async function startWithRules(target: string): Promise<PrometheusProcess> {
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-rules-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const forget = onProcessEnd(removeFolder);
  for (const file of ["recording.rules.yml", "alerts.rules.yml"]) writeFileSync(join(folder, file), hurried(file));
  const config = hurried("scrape.example.yml")
    .replace("localhost:10074", target)
    .replaceAll(/- (\w+\.rules\.yml)/g, (_, file: string) => `- ${join(folder, file)}`);
  try {
    // Prometheus has read them once it is ready.
    return await startPrometheus(config);
  } finally {
    removeFolder();
    forget();
  }
}

/** What Prometheus understood of our rules. */
export async function readRules({ url }: PrometheusProcess): Promise<Rule[]> {
  const response = await fetch(`${url}/api/v1/rules`);
  const { data } = (await response.json()) as { data: { groups: { rules: Rule[] }[] } };
  return data.groups.flatMap(({ rules }) => rules);
}

/** `length` as it is in our files, in milliseconds of the stage. */
export function stageMs(length: string): number {
  const [, number, unit = ""] = /^(\d+)([smh])$/.exec(length) ?? [];
  const seconds = { s: 1, m: 60, h: 3600 }[unit];
  if (seconds === undefined) throw new Error(`read duration ${length}: not a number with s, m or h`);
  return Math.round((Number(number) * seconds * 1000) / SPEED);
}

/** Rules and queries with the durations of the stage. Names of recorded series end in a duration too; those stay. */
export function hurry(text: string): string {
  return text.replaceAll(/\b\d+[smh]\b/g, (length) => `${stageMs(length)}ms`);
}

function hurried(file: string): string {
  return hurry(readFileSync(projectPath("deploy/prometheus", file), "utf8"));
}
