// What we ship for container hosts is what Kubernetes, the Prometheus operator and Compose take.

import { readFileSync } from "node:fs";
import { PodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import { DaemonSet } from "kubernetes-models/apps/v1/DaemonSet";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { runCommand } from "../support/processes/command.js";
import { projectPath } from "../support/project_path.js";

const VERSION = (JSON.parse(readFileSync(projectPath("package.json"), "utf8")) as { version: string }).version;

function read(file: string): unknown {
  return parse(readFileSync(projectPath("deploy", file), "utf8"));
}

const daemonSet = new DaemonSet(read("kubernetes/daemonset.yaml") as ConstructorParameters<typeof DaemonSet>[0]);
const podMonitor = new PodMonitor(read("kubernetes/podmonitor.yaml") as ConstructorParameters<typeof PodMonitor>[0]);

test("the DaemonSet fits Kubernetes' schema", () => {
  expect(() => daemonSet.validate()).not.toThrow();
});

test("the PodMonitor fits the operator's schema, and finds the port and the pods of the DaemonSet", () => {
  expect(() => podMonitor.validate()).not.toThrow();
  const template = daemonSet.spec?.template;
  expect(podMonitor.spec?.selector.matchLabels).toEqual(template?.metadata?.labels);
  const ports = template?.spec?.containers.flatMap((container) => container.ports ?? []).map(({ name }) => name);
  expect(podMonitor.spec?.podMetricsEndpoints?.map(({ port }) => port)).toEqual(ports);
});

test("a schema that is violated is noticed", () => {
  const wrong = structuredClone(read("kubernetes/daemonset.yaml")) as { spec: { selector: unknown } };
  wrong.spec.selector = "tablesnoop";
  const set = new DaemonSet(wrong as unknown as ConstructorParameters<typeof DaemonSet>[0]);
  expect(() => set.validate()).toThrow(/selector/);
});

test("Compose understands its file", async () => {
  await runCommand("docker-compose", ["-f", projectPath("deploy/compose/compose.yaml"), "config", "--quiet"]);
});

test("both give the two capabilities, drop all others, and run this version", () => {
  const [container] = daemonSet.spec?.template.spec?.containers ?? [];
  expect(container?.securityContext?.capabilities).toEqual({ drop: ["ALL"], add: ["BPF", "PERFMON"] });
  expect(container?.image).toMatch(new RegExp(`/tablesnoop:${VERSION}$`));
  expect(read("compose/compose.yaml")).toMatchObject({
    services: { tablesnoop: { cap_drop: ["ALL"], cap_add: ["BPF", "PERFMON"], image: `tablesnoop:${VERSION}` } },
  });
});
