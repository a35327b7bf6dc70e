// Keeps the names of routing tables as iproute2's files have them, and notices when the files change.

import { parseTables, type TableNames } from "../fib/tables.js";
import type { Report } from "./complaints.js";
import { RtFiles } from "./rt_files.js";

export class RtTables extends RtFiles<TableNames> {
  constructor(report: Report, root?: string) {
    super({ file: "rt_tables", what: "table names", parse: parseTables, report, root });
  }
}
