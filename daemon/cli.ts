#!/usr/bin/env node

import { loadProgram } from "./load_program.js";

await loadProgram("tablesnoop", () => import("./tablesnoop.js"));
