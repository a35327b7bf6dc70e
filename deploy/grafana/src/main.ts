// Writes the dashboards into the folder given: `npm run dashboards`.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { renderDashboards } from "./render.js";

const [, , folder] = argv;
if (folder === undefined) throw new Error("write dashboards: no folder given; run npm run dashboards");
for (const [file, text] of renderDashboards()) writeFileSync(join(folder, file), text);
