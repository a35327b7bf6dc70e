// tablesnoopd(8).

import { DAEMON_FLAGS } from "../config.js";
import { suffix } from "../flags/help.js";
import { type ManPage, renderMan } from "./roff.js";

const PAGE: ManPage = {
  name: "tablesnoopd",
  section: 8,
  summary: "count the route and rule lookups of the Linux kernel for Prometheus",
  synopsis: "[FLAG...]",
  description: [
    "Counts every lookup in a routing table and every walk of the policy rules, IPv4 and IPv6, in all network namespaces, by the answer that was given, and serves the counts to Prometheus. The kernel counts; a lookup costs some nanoseconds more, and none is missed however many there are.",
    "Needs root, or CAP_BPF and CAP_PERFMON. Stays in the foreground and logs to standard error.",
    "A switch that is on by default is turned off by --no- before its name.",
  ],
  flags: DAEMON_FLAGS,
  suffix,
  sections: [
    {
      title: "ENDPOINTS",
      blocks: [
        {
          terms: [
            ["/metrics", "The metrics, as text or OpenMetrics. Another path: --web.telemetry-path."],
            [
              "/stream",
              "The lookups themselves, one line each, with --web.enable-stream. Parameters: format (text, json, sse), family, kind, netns, table, egress, src, dst, failed (include, exclude, only), verbose. tablesnoop(1) reads it with --connect.",
            ],
            [
              "/api/failures",
              "The destinations that most lookups fail for, as JSON; docs/failures.md tells its fields.",
            ],
            ["/api/changes", "The routes that changed last, as JSON; docs/changes.md tells its fields."],
            ["/-/healthy, /-/ready", "Whether the daemon runs, and whether it counts."],
            ["/-/reload", "Asked for by POST or PUT, with --web.enable-lifecycle: does what SIGHUP does."],
          ],
        },
      ],
    },
    {
      title: "SIGNALS",
      blocks: [
        {
          terms: [
            ["SIGTERM, SIGINT", "End within a second, leaving nothing behind in the kernel."],
            ["SIGHUP", "Read the file of --web.config.file again. If it is no good, the old configuration stays."],
          ],
        },
      ],
    },
    {
      title: "WHO MAY READ WHAT",
      blocks: [
        "Without --web.config.file everybody who reaches an address gets an answer, in clear. The file holds TLS, client certificates, users with bcrypt hashes, headers and a rate limit, in the format of Prometheus' exporter-toolkit. A unix socket is for those whom its mode and group let in.",
        "The stream tells who talks to whom. On an address that other hosts reach the daemon does not start with --web.enable-stream, unless the file asks for a login (basic_auth_users or RequireAndVerifyClientCert) or --web.stream-insecure is given. On loopback without a login, /stream is answered only to who asks for localhost or an address.",
      ],
    },
    {
      title: "EXIT STATUS",
      blocks: [
        {
          terms: [
            ["0", "Ended by a signal."],
            ["1", "Cannot start: the reason is on standard error."],
            ["2", "The command line cannot be understood."],
          ],
        },
      ],
    },
    { title: "SEE ALSO", blocks: ["tablesnoop(1), ip-route(8), ip-rule(8), ip-netns(8)"] },
  ],
};

export function daemonManual(): string {
  return renderMan(PAGE);
}
