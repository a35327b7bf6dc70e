#!/usr/bin/env node

import { loadProgram } from "./load_program.js";

await loadProgram("tablesnoopd", () => import("./tablesnoopd.js"));
