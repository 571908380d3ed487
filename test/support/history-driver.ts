import { HistoryKeeper } from "../../src/history/keeper/history-keeper.ts";
import type { HistoryView } from "../../src/history/model.ts";
import { Recorder } from "../../src/history/recording/recorder.ts";
import type { KeeperSetUp } from "../../src/history/thread/protocol.ts";
import { type Log, silentLog } from "../../src/log.ts";
import type { Outcome } from "../../src/outcome.ts";
import type { Target } from "../../src/target.ts";
import { FakeClock } from "./fake-clock.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
/** A full six hours of UTC. */
export const startUnixMs = Date.UTC(2026, 0, 5, 6);

const whole = { path: undefined, retentionMs: 30 * 24 * hourMs, maxBytes: 2 ** 40, isReplacement: false };

/** A history without a thread and without a clock that moves by itself: the whole way from the recorder to the file. */
export class HistoryDriver {
  readonly keeper: HistoryKeeper;
  readonly recorder: Recorder;
  nowUnixMs: number;

  constructor(setUp: Partial<KeeperSetUp> = {}, log: Log = silentLog) {
    this.nowUnixMs = setUp.nowUnixMs ?? startUnixMs;
    const clock = new FakeClock();
    clock.unixMs = () => this.nowUnixMs;
    const opened = HistoryKeeper.open({ ...whole, nowUnixMs: this.nowUnixMs, ...setUp }, log);
    if (!(opened instanceof HistoryKeeper)) throw new Error(opened.problem);
    this.keeper = opened;
    this.recorder = new Recorder({
      clock,
      post: (orders) => {
        this.keeper.take(orders, this.nowUnixMs);
        this.recorder.taken();
        return true;
      },
    });
  }

  get view(): HistoryView {
    return this.keeper.view;
  }

  add(...targets: readonly Target[]): void {
    for (const target of targets) this.recorder.added(target, undefined);
  }

  /** A handshake that ends now. */
  ended(target: Target, outcome: Partial<Outcome> & { result: Outcome["result"] }, isNews = true): void {
    const whole = {
      probe: "tcp",
      path: 0,
      startedMs: this.nowUnixMs,
      synSent: 1,
      connectUs: undefined,
      code: "",
      ...outcome,
    };
    this.recorder.ended(target, whole as Outcome, isNews);
  }

  reply(target: Target, rttUs: number): void {
    this.ended(target, { result: "ok", rttUs, connectUs: rttUs });
  }

  /** Hands over what was recorded. */
  flush(): void {
    do this.recorder.flush();
    while (this.recorder.waiting > 0);
  }

  /** To that moment, with all the work that was due on the way. */
  moveTo(nowUnixMs: number): void {
    this.flush();
    this.nowUnixMs = nowUnixMs;
    this.keeper.tick(nowUnixMs);
    this.settle();
  }

  pass(ms: number): void {
    this.moveTo(this.nowUnixMs + ms);
  }

  settle(): void {
    for (let bites = 0; this.keeper.work(); bites++) if (bites > 1e6) throw new Error("the work has no end");
  }

  close(): void {
    const orders = this.recorder.stop();
    this.keeper.take(orders, this.nowUnixMs);
    this.keeper.close(this.nowUnixMs);
  }
}
