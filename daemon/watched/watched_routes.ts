// The routes that are watched: asks the kernel anew at each scrape, so that none shows what is older than itself. A change of
// routes, rules, links, sysctls or the end of a route's lifetime may all give another answer, and not each of them is told.

import { StartError } from "../errors.js";
import { RT_TABLE_MAIN } from "../fib/tables.js";
import type { LabelsOf, Sample } from "../kinds/metric.js";
import type { RouteAnswer, RouteAnswers, RouteQuestion } from "../native/routes.js";
import type { Inventory } from "../native/session.js";
import { ownInode } from "../netns/own.js";
import { familyNumber, type Watch } from "./watch.js";

export const WATCHED_ROUTE = {
  name: "tablesnoop_watched_route",
  type: "gauge",
  help: "Whether a route of at least that length answers the prefix of --watch-route: 1 or 0; egress is empty while none does.",
  labels: ["family", "table", "prefix", "egress"],
} as const;

type WatchLabels = LabelsOf<typeof WATCHED_ROUTE>;

const TABLE_MAX = 0xffffffff;

export interface WatchedRoutesOptions {
  readonly watches: readonly Watch[];
  readonly names: {
    table(netns: bigint, id: number): string;
    egress(netns: bigint, ifindex: number): string;
    tableNamed(name: string, netns?: bigint): number | undefined;
  };
  /** Of the kernel, in the namespace of this process; throws KernelError. */
  readonly ask: (questions: readonly RouteQuestion[]) => RouteAnswers;
  readonly find: (questions: readonly RouteQuestion[], table: number) => RouteAnswers;
  /** Inode of that namespace. */
  readonly ownNetns?: () => number;
}

/** A watch and what is known of it at this moment. */
interface Question extends RouteQuestion {
  readonly watch: Watch;
  /** Absent: whichever the rules lead to. */
  readonly table?: number;
}

export class WatchedRoutes {
  readonly #options: WatchedRoutesOptions;
  readonly #inode: number;
  /** What names of tables meant last. */
  readonly #tables = new Map<string, number>();

  constructor(options: WatchedRoutesOptions) {
    this.#options = options;
    this.#inode = (options.ownNetns ?? ownInode)();
  }

  /** Throws StartError if a table is not known, or two watches mean the same. */
  start(inventory: Inventory): void {
    const seen = new Map<string, Watch>();
    for (const { watch, table } of this.#questions(inventory)) {
      if (watch.table !== undefined && table === undefined) {
        throw new StartError("table_unknown", { route: textOf(watch), table: watch.table });
      }
      const key = `${watch.prefix} ${table}`;
      const other = seen.get(key);
      if (other !== undefined) throw new StartError("watched_twice", { route: textOf(watch), other: textOf(other) });
      seen.set(key, watch);
    }
  }

  /** As the kernel answers now. Throws KernelError. */
  samples(inventory: Inventory): Sample<WatchLabels>[] {
    const { names } = this.#options;
    const own = this.#cookie(inventory) ?? 0n;
    const samples = new Map<string, Sample<WatchLabels>>();
    const add = ({ watch: { family, prefix }, table: wanted }: Question, answer: RouteAnswer | undefined) => {
      const table = names.table(own, wanted ?? answer?.table ?? RT_TABLE_MAIN);
      const key = `${table} ${prefix}`;
      // Without a table asked for, the answer may come from one that is watched too.
      if (wanted === undefined && samples.has(key)) return;
      const egress = answer === undefined ? "" : names.egress(own, answer.egress);
      samples.set(key, { labels: { family, table, prefix, egress }, value: answer === undefined ? 0 : 1 });
    };
    const answered = this.#answers(this.#questions(inventory));
    for (const [question, answer] of answered) if (question.table !== undefined) add(question, answer);
    for (const [question, answer] of answered) if (question.table === undefined) add(question, answer);
    return [...samples.values()];
  }

  /** Without the answers of routes that are shorter than the prefix. */
  #answers(questions: readonly Question[]): [Question, RouteAnswer | undefined][] {
    if (questions.length === 0) return [];
    const decided = this.#options.ask(questions);
    const answers = new Map(questions.map((question, at) => [question, ofTable(question, decided[at])]));
    const unread = new Map<string, Question[]>();
    for (const [at, question] of questions.entries()) {
      if (!mustBeRead(question, decided[at])) continue;
      const key = `${question.family} ${question.table}`;
      unread.set(key, [...(unread.get(key) ?? []), question]);
    }
    for (const some of unread.values()) {
      const found = this.#options.find(some, some[0]?.table ?? RT_TABLE_MAIN);
      for (const [at, question] of some.entries()) answers.set(question, found[at]);
    }
    return [...answers].map(([question, answer]) => [
      question,
      answer !== undefined && answer.length >= question.watch.length ? answer : undefined,
    ]);
  }

  #questions(inventory: Inventory): Question[] {
    const own = this.#cookie(inventory);
    const vrfs = new Map<number, number>();
    for (const { netns, vrfTable, ifindex } of inventory.devices) {
      if (vrfTable !== 0 && netns === own && !vrfs.has(vrfTable)) vrfs.set(vrfTable, ifindex);
    }
    return this.#options.watches.map((watch) => {
      const question = { watch, family: familyNumber(watch), address: watch.address };
      const table = watch.table === undefined ? undefined : this.#table(watch.table, own);
      return table === undefined ? { ...question, vrf: 0 } : { ...question, vrf: vrfs.get(table) ?? 0, table };
    });
  }

  /** A name means its last table while nothing is called so, as a VRF that is made anew. */
  #table(name: string, own: bigint | undefined): number | undefined {
    if (/^\d+$/.test(name)) return Number(name) > 0 && Number(name) <= TABLE_MAX ? Number(name) : undefined;
    const id = this.#options.names.tableNamed(name, own) ?? this.#tables.get(name);
    if (id !== undefined) this.#tables.set(name, id);
    return id;
  }

  #cookie({ netns }: Inventory): bigint | undefined {
    return netns.find(({ inode }) => inode === this.#inode)?.cookie;
  }
}

/** The rules' answer, if it is one of the table asked for. */
function ofTable({ table }: Question, answer: RouteAnswer | undefined): RouteAnswer | undefined {
  return table === undefined || answer?.table === table ? answer : undefined;
}

/**
 * Whether only the table itself can tell: the rules led elsewhere. A VRF's table is where its packets are looked up, and
 * main is in the rules of every machine: where these find nothing there is nothing, and no full table has to be read.
 */
function mustBeRead({ table, vrf }: Question, answer: RouteAnswer | undefined): boolean {
  if (table === undefined || vrf !== 0 || answer?.table === table) return false;
  return answer !== undefined || table !== RT_TABLE_MAIN;
}

function textOf({ prefix, table }: Watch): string {
  return table === undefined ? prefix : `${prefix}@${table}`;
}
