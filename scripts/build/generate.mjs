// `npm run generate`: makes every committed file that is made of others. Tests say which one is stale.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { run } from "../setup/child.mjs";
import { readContract, renderAbi, renderKinds } from "./abi.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TSC = ["node", "node_modules/typescript/bin/tsc", "-p"];

const contract = readContract(ROOT);
write("daemon/native/abi.ts", renderAbi(contract));
write("daemon/kinds/list.ts", renderKinds(contract));
run("compile the daemon", [...TSC, "tsconfig.json"], { cwd: ROOT });
write("docs/man/tablesnoop.1", (await compiled("daemon/man/tablesnoop.js")).commandManual());
write("docs/man/tablesnoopd.8", (await compiled("daemon/man/tablesnoopd.js")).daemonManual());
run("compile the dashboards", [...TSC, "deploy/grafana/tsconfig.json"], { cwd: ROOT });
for (const [file, text] of (await compiled("deploy/grafana/src/render.js")).renderDashboards()) {
  write(`deploy/grafana/dashboards/${file}`, text);
}

/** @param {string} file */
function compiled(file) {
  return import(pathToFileURL(path.join(ROOT, "dist", file)).href);
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  writeFileSync(path.join(ROOT, file), text);
}
