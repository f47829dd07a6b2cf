/** The one place that knows OpenTelemetry's SDK: loaded only where traces are switched on. */
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context, type HrTime } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, RandomIdGenerator, TracerProvider, type IdGenerator, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { rootSpanIdOf, traceIdOf, type Span, type SpanSink } from './traces.ts';

const EXPORT_MS = 5_000;
const KINDS: Partial<Record<Span['name'], SpanKind>> = { take: SpanKind.SERVER, 'bank read': SpanKind.CLIENT, 'bank book': SpanKind.CLIENT, 'bank inquire': SpanKind.CLIENT };

/** An instant as two numbers: a plain one from before this process began would be taken for a time since then. */
const instant = (ms: number): HrTime => [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1_000_000)];

/** Ids of a root span are its command's; all others are by chance. */
class CommandIds implements IdGenerator {
  readonly #chance = new RandomIdGenerator();
  root: string | null = null;

  generateTraceId(): string {
    return this.root === null ? this.#chance.generateTraceId() : traceIdOf(this.root);
  }

  generateSpanId(): string {
    return this.root === null ? this.#chance.generateSpanId() : rootSpanIdOf(this.root);
  }
}

const rootOf = (command: string): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId: traceIdOf(command), spanId: rootSpanIdOf(command), traceFlags: TraceFlags.SAMPLED, isRemote: true });

/** A collector that is away costs nobody anything but its spans; that it is gets one line, not one for each try. */
function telling(exporter: OTLPTraceExporter, logger: Pick<Logger, 'warn'>): SpanExporter {
  let away = false;
  return {
    export: (spans, done) => exporter.export(spans, (result) => {
      const failed = result.error !== undefined;
      if (failed !== away) logger.warn({ away: failed }, failed ? 'the collector of traces does not take them' : 'the collector of traces takes them again');
      away = failed;
      done(result);
    }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** @param url of the collector; spans go to `/v1/traces` under it @param node of this server */
export function otlpSink(url: string, node: string, logger: Pick<Logger, 'warn'>): SpanSink {
  const ids = new CommandIds();
  const exporter = new OTLPTraceExporter({ url: `${url.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: EXPORT_MS });
  const provider = new TracerProvider({
    idGenerator: ids, sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({ 'service.name': 'aidline-server', 'service.instance.id': node }),
    spanProcessors: [new BatchSpanProcessor({ exporter: telling(exporter, logger) })],
  });
  const tracer = provider.getTracer('aidline');
  return {
    told: ({ command, name, beganMs, endedMs, attributes, failed }) => {
      const isRoot = name === 'press';
      ids.root = isRoot ? command : null;
      const span = tracer.startSpan(name, { kind: KINDS[name] ?? SpanKind.INTERNAL, startTime: instant(beganMs), attributes }, isRoot ? ROOT_CONTEXT : rootOf(command));
      ids.root = null;
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(instant(endedMs));
    },
    // A collector that is away must not hold a server that stops.
    stop: () => provider.shutdown().catch(() => undefined),
  };
}
