// tablesnoop(1).

import { EXPLAIN_FLAGS } from "../cli/explain_options.js";
import { CLI_FLAGS } from "../cli/options.js";
import { longSpelling } from "../flags/argp_help.js";
import { type ManPage, renderMan } from "./roff.js";

/** The flags of explain that are no flags of the command itself, or mean something else. */
const EXPLAIN_OWN = Object.entries(EXPLAIN_FLAGS).flatMap(([name, flag]) =>
  Object.values<unknown>(CLI_FLAGS).includes(flag) ? [] : [[longSpelling(name, flag), `${flag.help}.`] as const],
);

const PAGE: ManPage = {
  name: "tablesnoop",
  section: 1,
  summary: "show the route and rule lookups of the Linux kernel as they happen",
  synopsis: "[OPTION...]",
  otherSynopses: [["explain", "DST [OPTION...]"]],
  description: [
    "Prints one line for each lookup in a routing table and for each walk of the policy rules, with the answer that the kernel gave. It shows which table, gateway and device a flow was led to, or that nothing was found.",
    "Lookups are seen by eBPF probes, which takes root, or CAP_BPF and CAP_PERFMON. With --connect they come from a running tablesnoopd(8) instead, which takes neither.",
    "Without options the lookups of the network namespace that the command runs in are shown, IPv4 and IPv6, routes and rules, and only those that found something. Other kinds are shown when --kind names them. What is not wanted is left out in the kernel already.",
    "Long options may be abbreviated as long as they can be told apart; -h is --help.",
    "A daemon cannot know the namespace of the one who asks: with --connect and without --netns the lookups of all namespaces are shown, as with -g.",
  ],
  flags: CLI_FLAGS,
  suffix: () => "",
  sections: [
    {
      title: "OUTPUT",
      blocks: [
        "Lookups that found a route, that failed (with -x), and rules that decided:",
        {
          example: [
            "v4: src: 10.0.1.2  dst: 10.0.2.2 --> gw: 10.0.1.1 egress: eth0",
            "v4: src: 10.0.1.2  dst: 10.9.9.9 ",
            "rule4: src: 10.0.1.2  dst: 10.0.2.2 --> pref: 32766 table: 254",
            "rule4: src: 10.0.1.2  dst: 10.8.1.9 pref: 101 action: blackhole",
          ].join("\n"),
        },
        "Neighbours that ARP or ND resolved, and failed to (--kind neighbour):",
        {
          example: [
            "neigh4: dst: 10.0.0.2 dev: eth0 --> lladdr: 52:54:00:12:34:56",
            "neigh4: dst: 10.0.0.77 dev: eth0 ",
          ].join("\n"),
        },
        "Addresses that are not chosen yet are 0.0.0.0 or ::. A packet may cost several lookups: one in each table that is asked, and one more before its source address is chosen. With -v a line begins with the cookie of the network namespace, the devices of the flow, table, DSCP and flow label, and a rule's line ends with its selectors. With -vv it ends with what else is known, such as the result and the prefix of the route.",
        "Bytes of a name that a terminal would act on, or that are no UTF-8, are shown by their numbers: \\x1b.",
        "With --json each line is an object with all that is known of a lookup.",
        "The lines are on standard output and nothing else is; they appear at once in a pipe too. Notes, errors and the number of dropped events are on standard error.",
        "A machine may look up more than can be read. Events that found no room are counted, and their number is told at the end.",
      ],
    },
    {
      title: "EXPLAIN",
      blocks: [
        "tablesnoop explain asks the kernel for the route to DST, an IPv4 or IPv6 address, while listening to its lookups, and prints what happened, in order: each table that was tried with its answer and the prefix, the rule that decided, the choice among nexthops, the encapsulation, the state of the neighbour, and the verdict in one sentence. It sends nothing. It needs iproute2, whose ip route get it is. Rules are seen by trampolines only; without, those in the list are named that may have decided.",
        "Its options are these, and --help, --connect (to a daemon of this machine), --password-file, --cacert, --cert, --key and --probe as above:",
        { terms: EXPLAIN_OWN },
        {
          example: [
            "# tablesnoop explain 203.0.113.1 --netns blue",
            "203.0.113.1 in blue",
            "  table main: blackhole 203.0.113.0/26",
            "Not routed: 203.0.113.0/26 of table main drops it silently (blackhole).",
          ].join("\n"),
        },
      ],
    },
    {
      title: "KERNELS WITHOUT TRAMPOLINES",
      blocks: [
        "Where the kernel allows no BPF trampolines, tracepoints are used. They tell less: no rule lookups, no prefix of the route, multipath instead of the device where a route has several nexthops, and no namespace for some failed IPv4 lookups. A note says so; --rule alone is refused.",
      ],
    },
    {
      title: "EXIT STATUS",
      blocks: [
        {
          terms: [
            ["0", "Ended by --count, --duration, SIGINT or SIGTERM, or the reader of the output went away."],
            ["1", "The probes cannot be attached, the daemon cannot be reached or refuses, or its stream ended."],
            ["2", "The command line cannot be understood."],
          ],
        },
        "Of explain: 0 if DST is routed, 1 if it is not (blackholed, prohibited and unreachable ones too), 2 if the command line cannot be understood or the kernel cannot be asked.",
      ],
    },
    {
      title: "SECURITY",
      blocks: [
        "Give the password of --connect in a file that only you can read, with --password-file. One in the URL is taken out of the list of processes as soon as the command runs, but not out of the shell's history.",
      ],
    },
    {
      title: "ENVIRONMENT",
      blocks: [{ terms: [["NO_COLOR", "If set and not empty, no colours unless --color=always."]] }],
    },
    {
      title: "EXAMPLES",
      blocks: [
        "All IPv4 lookups of the machine, failed ones too:",
        { example: "tablesnoop -4xg" },
        "What becomes of traffic to one network, in the namespace red:",
        { example: "tablesnoop -x --netns red --dst 192.0.2.0/24" },
        "The same from a daemon on another host, which asks for TLS and a password, and from one on this host as a member of the socket's group:",
        {
          example:
            "tablesnoop --connect https://me@router.example.net:10074 --password-file FILE\ntablesnoop --connect unix:/run/tablesnoopd/tablesnoopd.sock",
        },
        "The destinations of the next hundred failed lookups, from a daemon:",
        {
          example:
            "tablesnoop --connect http://127.0.0.1:10074 -x --json --count 100 |\n    jq -r 'select(.errno > 0) | .dst'",
        },
      ],
    },
    { title: "SEE ALSO", blocks: ["tablesnoopd(8), ip-route(8), ip-rule(8), ip-netns(8)"] },
  ],
};

export function commandManual(): string {
  return renderMan(PAGE);
}
