// The committed dashboards as tests need them: every query with its panel or mark, and Grafana's macros filled in.

import { readdirSync, readFileSync } from "node:fs";
import { projectPath } from "../support/project_path.js";

interface Panel {
  readonly type: string;
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly links?: readonly { readonly url: string }[];
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly multi: boolean;
  readonly includeAll: boolean;
  readonly definition?: string;
}

interface Annotation {
  readonly name: string;
  readonly enable: boolean;
  readonly expr: string;
}

export interface DashboardFile {
  readonly file: string;
  readonly text: string;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly templating: { readonly list: readonly Variable[] };
}

const FOLDER = "deploy/grafana/dashboards";

export function readDashboards(): DashboardFile[] {
  return readdirSync(projectPath(FOLDER)).map((file) => {
    const text = readFileSync(projectPath(FOLDER, file), "utf8");
    return { ...(JSON.parse(text) as Omit<DashboardFile, "file" | "text">), file, text };
  });
}

/** Every query of every panel and every annotation, titled for a test. */
export function panelQueries(): { readonly title: string; readonly expr: string }[] {
  return readDashboards().flatMap(({ file, panels, annotations }) => [
    ...panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ expr, refId }) => ({ title: `${file}: ${panel.title} ${refId}`, expr })),
    ),
    ...annotations.list.map(({ name, expr }) => ({ title: `${file}: annotation ${name}`, expr })),
  ]);
}

/** As Grafana does: `choice` holds the values of variables, All for those not in it. */
export function fillIn(expr: string, window: string, choice: Readonly<Record<string, string>> = {}): string {
  return expr
    .replaceAll(/\$__(rate_interval|range)/g, window)
    .replaceAll(/\$([a-z]+)/g, (_, name: string) => choice[name] ?? ".*");
}
