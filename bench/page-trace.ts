import type { CDPSession } from "playwright-core";

/** As much of an event of Chromium's trace as is looked at; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args: {
    readonly name?: string;
    readonly data?: TracedFrame & { readonly frames?: readonly TracedFrame[] };
  };
}

interface TracedFrame {
  readonly url?: string;
  readonly processId?: number;
}

const categories = ["devtools.timeline", "disabled-by-default-devtools.timeline"];

/**
 * CPU time of each task of a page's thread while `act` goes on, milliseconds: what it takes by itself, however many others want
 * the processor too.
 */
export async function tasksOf(session: CDPSession, url: string, act: () => Promise<void>): Promise<number[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { readonly value: readonly object[] }) => {
    for (const event of value) events.push(event as TraceEvent);
  };
  session.on("Tracing.dataCollected", collect);
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: categories },
  });
  await act();
  const complete = new Promise((done) => session.once("Tracing.tracingComplete", done));
  await session.send("Tracing.end");
  await complete;
  session.off("Tracing.dataCollected", collect);
  return tasksIn(events, processOf(events, url));
}

function processOf(events: readonly TraceEvent[], url: string): number | undefined {
  const frames = events.flatMap(({ args }) => [args.data ?? {}, ...(args.data?.frames ?? [])]);
  return frames.findLast((frame) => frame.processId !== undefined && frame.url?.startsWith(url))?.processId;
}

function tasksIn(events: readonly TraceEvent[], processId: number | undefined): number[] {
  const main = events.find(({ pid, args }) => pid === processId && args.name === "CrRendererMain");
  return events
    .filter(({ name, ph, pid, tid }) => name === "RunTask" && ph === "X" && pid === main?.pid && tid === main?.tid)
    .map(({ tdur = 0 }) => tdur / 1_000);
}
