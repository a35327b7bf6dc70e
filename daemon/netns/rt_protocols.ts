// Keeps the names of routing protocols as iproute2's files have them, and notices when the files change.

import { type ProtocolNames, parseProtocols } from "../fib/protocols.js";
import type { Report } from "./complaints.js";
import { RtFiles } from "./rt_files.js";

export class RtProtocols extends RtFiles<ProtocolNames> {
  constructor(report: Report, root?: string) {
    super({ file: "rt_protos", what: "protocol names", parse: parseProtocols, report, root });
  }
}
