// tablesnoopd as a whole: puts the parts together, starts them in order and stops them in the reverse one; only the streams
// end before the sockets that carry them.

import { performance } from "node:perf_hooks";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { BlindSpots, notCounted, unseenKinds } from "./blind_spots.js";
import { builtFile } from "./built_files.js";
import { RouteChangeBook } from "./changes/route_change_book.js";
import type { Config } from "./config.js";
import { buildCounting, type Counting } from "./counting.js";
import { POINT_MS } from "./history/recent.js";
import { Guard } from "./http/guard.js";
import { readPageFiles } from "./http/page_route.js";
import { buildServer } from "./http/server.js";
import { wordsOf } from "./kinds/unseen.js";
import { type Admit, type Listening, listen } from "./listen/listen.js";
import { takeSystemdSockets } from "./listen/systemd_sockets.js";
import { dropCapabilities } from "./native/process.js";
import { openRouteChanges } from "./native/route_changes.js";
import { askRoutes, findRoutes } from "./native/routes.js";
import { libbpfVersion, type Session } from "./native/session.js";
import { Naming } from "./netns/naming.js";
import { isShownAmong } from "./netns/shown.js";
import { openProbes } from "./probes.js";
import { giveUpCapabilities } from "./service/capabilities.js";
import { readiness } from "./service/readiness.js";
import type { ServiceManager } from "./service/service_manager.js";
import { describeSituation } from "./service/status.js";
import { approve } from "./stream/exposure.js";
import { Listeners } from "./stream/listeners.js";
import type { Version } from "./version.js";
import { WatchedRoutes } from "./watched/watched_routes.js";
import { WebConfigFile } from "./web_config/config_file.js";

/** Drains in one failure window: how finely its edge moves. */
const DRAINS_PER_WINDOW = 12;

/** For a person or a probe that asks whether all is well, what was read this long ago is as good as now. */
const FRESH_MS = 1000;

const clock = () => performance.now();

export class Daemon {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #version: Version;
  readonly #serviceManager: ServiceManager;
  readonly #logLinesDropped: () => number;
  readonly #webConfig: WebConfigFile;
  readonly #guard: Guard;
  #session: Session | undefined;
  #changes: RouteChangeBook | undefined;
  #listeners: Listeners | undefined;
  #listening: Listening | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    config: Config,
    log: Logger,
    version: Version,
    serviceManager: ServiceManager,
    logLinesDropped: () => number,
  ) {
    this.#config = config;
    this.#log = log;
    this.#version = version;
    this.#serviceManager = serviceManager;
    this.#logLinesDropped = logLinesDropped;
    this.#webConfig = new WebConfigFile({ path: config.webConfigFile, log, clock });
    this.#guard = new Guard({ file: this.#webConfig, log, clock });
  }

  /** Throws what `describe` of errors.ts can tell; nothing is left behind then. */
  async start(): Promise<void> {
    try {
      this.#webConfig.start();
      const session = openProbes(this.#config, this.#log);
      this.#session = session;
      const blindSpots = new BlindSpots(session, this.#log);
      blindSpots.look();
      const names = this.#buildNames();
      this.#changes = this.#buildChanges(session, names);
      const watched = this.#buildWatched(names);
      const counting = this.#buildCounting(session, names, watched);
      this.#listeners = this.#buildListeners(session, names, counting);
      const situation = (maxAgeMs: number) =>
        describeSituation(session.backend, counting.drain.now(maxAgeMs), names.netnsCount);
      watched?.start(counting.drain.last.inventory);
      counting.exposition.start();
      counting.destinations.start();
      this.#listeners?.start();
      this.#serviceManager.status(situation(0));
      this.#listening = await this.#listen(this.#buildServer(session, blindSpots, counting));
      giveUpCapabilities({ kept: this.#config.capabilities, session, drop: dropCapabilities, log: this.#log });
      const drainMs = Math.min(this.#config.failureWindowMs / DRAINS_PER_WINDOW, POINT_MS);
      this.#timer = setInterval(() => {
        this.#serviceManager.status(situation(0));
        blindSpots.look();
      }, drainMs);
      for (const address of this.#listening.addresses) this.#log.info({ address }, "listening");
      this.#serviceManager.ready(situation(drainMs));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Reads the configuration again. What is wrong with it, if something is; then the old one stays. */
  async reload(because: string): Promise<string | undefined> {
    return this.#serviceManager.reload(() => this.#webConfig.reload(because));
  }

  /** May be called at any time, and again. */
  async stop(): Promise<void> {
    this.#serviceManager.stopping();
    clearInterval(this.#timer);
    await this.#listeners?.stop();
    await this.#listening?.close();
    this.#changes?.stop();
    this.#session?.close();
    this.#session = undefined;
    await this.#guard.stop();
  }

  #buildNames(): Naming {
    return new Naming({
      keepMs: 2 * this.#config.seriesExpiryMs,
      report: (error, place) => {
        if (error === undefined) this.#log.info({ place }, "names are read again");
        else this.#log.warn({ err: error }, "read names failed");
      },
    });
  }

  #buildChanges(session: Session, names: Naming): RouteChangeBook | undefined {
    const { collectors, netns } = this.#config;
    if (!collectors.change) return undefined;
    return new RouteChangeBook({ open: () => openRouteChanges(session), names, shows: isShownAmong(netns) });
  }

  #buildWatched(names: Naming): WatchedRoutes | undefined {
    const { watches } = this.#config;
    if (watches.length === 0) return undefined;
    return new WatchedRoutes({ watches, names, ask: askRoutes, find: findRoutes });
  }

  #buildCounting(session: Session, names: Naming, watched: WatchedRoutes | undefined): Counting {
    const { version, revision } = this.#version;
    return buildCounting({
      ...{ config: this.#config, session, names, clock },
      ...(this.#changes && { changes: this.#changes }),
      tell: (source, error) => {
        if (error === undefined) this.#log.info({ source }, "read works again");
        else this.#log.error({ source, err: error }, "read failed, showing the last good data");
      },
      watched,
      stream: () => ({ listeners: this.#listeners?.count ?? 0, lines: this.#listeners?.lines ?? 0 }),
      reloads: () => this.#webConfig.state,
      logLinesDropped: this.#logLinesDropped,
      build: { version, revision, node: process.version, libbpf: libbpfVersion() },
    });
  }

  #buildListeners(session: Session, names: Naming, { drain }: Counting): Listeners | undefined {
    const { stream, netns } = this.#config;
    if (stream === undefined) return undefined;
    return new Listeners({
      ...{ session, names, netns, most: stream.maxListeners, queueBytes: stream.queueBytes },
      freshen: (maxAgeMs) => drain.now(maxAgeMs),
      unseen: unseenKinds(session, this.#config),
    });
  }

  #listen(server: FastifyInstance): Promise<Listening> {
    const { listen: wanted, socket, stream } = this.#config;
    const addresses = wanted === "systemd" ? takeSystemdSockets(process.env, process.pid) : wanted;
    const exposed = { stream, webConfig: this.#webConfig, log: this.#log };
    const admit: Admit = (request, response, enter) => this.#guard.admit(request, response, enter);
    const access = { admit, file: this.#webConfig, socket };
    return listen(server, addresses, this.#log, {}, { ...access, approve: (address) => approve(address, exposed) });
  }

  #buildServer(
    session: Session,
    blindSpots: BlindSpots,
    { drain, exposition, answers, destinations }: Counting,
  ): FastifyInstance {
    const { telemetryPath, maxRequests } = this.#config;
    const { version } = this.#version;
    const listeners = this.#listeners;
    return buildServer({
      exposition: {
        render: async (format) => ({
          contentType: exposition.contentType(format),
          body: await exposition.render(format),
        }),
      },
      ready: () => readiness(drain.now(FRESH_MS), blindSpots.look().map(notCounted)),
      telemetryPath,
      maxRequests,
      failures: {
        report: () => {
          drain.now(FRESH_MS);
          return destinations.report();
        },
        showsAddresses: listeners !== undefined,
      },
      changes: {
        newest: (most) => {
          drain.now(FRESH_MS);
          return this.#changes?.newest(most) ?? [];
        },
        showsPrefixes: listeners !== undefined,
      },
      stream: { listeners },
      reload: this.#config.lifecycle ? () => this.reload("asked for over HTTP") : undefined,
      isOpen: () => !this.#webConfig.asksForLogin,
      page: {
        name: "tablesnoopd",
        version,
        sentence:
          "Counts the routing decisions of this machine's kernel: every route and rule lookup, in every network namespace.",
        links: [],
        files: readPageFiles(builtFile("page/")),
      },
      pageData: {
        lookups: () => ({
          version,
          backend: session.backend,
          backendReason: session.fallbackReason,
          unseen: blindSpots.look().map((unseen) => ({ kind: wordsOf(unseen), reason: unseen.reason })),
          hasStream: listeners !== undefined,
          netnsShown: this.#config.netns,
          ...answers.lookups(),
        }),
        history: () => answers.history(Date.now()),
      },
      log: this.#log,
    });
  }
}
