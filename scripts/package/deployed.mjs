// What Prometheus and Grafana are given of deploy/: not the sources of the dashboards, not the tests of the rules.

import path from "node:path";
import { copy } from "./tree.mjs";

/**
 * @param {string} root of the clone
 * @param {string} target
 */
export function copyDeployed(root, target) {
  for (const folder of ["prometheus", "grafana/dashboards", "grafana/provisioning"]) {
    copy(path.join(root, "deploy", folder), path.join(target, folder), (file) => !file.startsWith("tests/"));
  }
}
