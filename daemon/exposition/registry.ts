// The one file that knows prom-client: content types, and the metrics of the process and of Node, in two registries, one per
// exposition format. prom-client strips _total from a counter's name when it writes OpenMetrics, so the registries must not
// share counter objects.

import { Counter, collectDefaultMetrics, type Metric, type OpenMetricsContentType, Registry } from "prom-client";
import { Families, type Family, type Format } from "./families.js";

/** How often the loop's lag is sampled; the default of 10 ms costs an idle daemon 1 % of a CPU. */
const LOOP_SAMPLE_MS = 500;

/** They end in _total but are no counters, which promtool check metrics refuses. */
const MISNAMED = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

/** Of an event loop not yet sampled prom-client says "Nan", which strict parsers refuse; no sample says it better. */
function leaveOutNaN(metric: Metric): void {
  const get = metric.get.bind(metric);
  metric.get = async () => {
    const family = await get();
    return { ...family, values: family.values.filter(({ value }) => !Number.isNaN(value)) };
  };
}

export class MetricRegistry {
  readonly #families: Families;
  readonly #text = new Registry();
  readonly #openmetrics = new Registry<OpenMetricsContentType>();

  constructor(families: readonly Family[]) {
    this.#families = new Families(families);
    this.#openmetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  }

  /**
   * Adds process_* and nodejs_*. prom-client starts observers of the event loop and of garbage collection for them,
   * which cannot be stopped but keep no process alive.
   */
  observeProcess(): void {
    const own = new Registry();
    collectDefaultMetrics({ register: own, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
    for (const name of MISNAMED) own.removeSingleMetric(name);
    for (const { name, help } of own.getMetricsAsArray()) {
      const metric = own.getSingleMetric(name);
      if (metric === undefined) continue;
      leaveOutNaN(metric);
      this.#text.registerMetric(metric);
      if (metric instanceof Counter) new CounterTwin(name, help, metric, this.#openmetrics);
      else this.#openmetrics.registerMetric(metric);
    }
  }

  contentType(format: Format): string {
    return this.#registry(format).contentType;
  }

  async render(format: Format): Promise<string> {
    const registry = this.#registry(format);
    const texts = await this.#families.render(format);
    const between = format === "text" ? "\n\n" : "\n";
    // Without metrics it is but the end of the text.
    const rest = await registry.metrics();
    return texts.join(between) + (registry.getMetricsAsArray().length === 0 ? rest : between + rest);
  }

  #registry(format: Format): Registry | Registry<OpenMetricsContentType> {
    return format === "text" ? this.#text : this.#openmetrics;
  }
}

/** A counter of prom-client's own, under a name of its own for the other registry. */
class CounterTwin extends Counter {
  readonly #origin: Counter;
  readonly #name: string;

  constructor(name: string, help: string, origin: Counter, registry: Registry<OpenMetricsContentType>) {
    super({ name, help, registers: [registry] });
    this.#origin = origin;
    this.#name = name.replace(/_total$/, "");
  }

  override async get() {
    return { ...(await this.#origin.get()), name: this.#name };
  }
}
