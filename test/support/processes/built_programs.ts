// The two commands as the build leaves them, for Node to run.

import { projectPath } from "../project_path.js";

export const TABLESNOOPD = projectPath("dist/program/tablesnoopd.js");
export const TABLESNOOP = projectPath("dist/program/tablesnoop.js");
