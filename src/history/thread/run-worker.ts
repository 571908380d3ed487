import type { MessagePort } from "node:worker_threads";
import { isProblem, nobodyWaits, type Problem } from "../../api/problem.ts";
import type { Log, LogLevel } from "../../log.ts";
import { answerBytes } from "../answers/answer-bytes.ts";
import { type MadePart, OpenParts } from "../answers/csv/open-parts.ts";
import { HistoryKeeper } from "../keeper/history-keeper.ts";
import type { KeeperSetUp, Message, Report } from "./protocol.ts";
import { WarmUp } from "./warm-up.ts";

type Say = (report: Report, transfer?: ArrayBuffer[]) => void;
type Asking = Extract<Message, { message: "question" | "part" }>;

/** What the thread of a history does from its start to its end: takes orders, answers questions, and works in between. */
export function runWorker(port: MessagePort, setUp: KeeperSetUp): void {
  const say = (report: Report, transfer: ArrayBuffer[] = []) => port.postMessage(report, transfer);
  const opened = HistoryKeeper.open(setUp, reportingLog(say));
  if (!(opened instanceof HistoryKeeper)) {
    say({ report: "refused", ...opened });
    port.close();
    return;
  }
  const keeper = opened;
  const files = new OpenParts();
  const warmUp = new WarmUp(keeper.view);
  // Between two bites whoever asks has a turn.
  const work = inTurns(() => keeper.work() || warmUp.step());
  port.on("message", (message: Message) => {
    if (message.message === "question" || message.message === "part") answerOne(keeper, files, message, say);
    else if (message.message === "enough") files.end(message.id);
    else if (message.message === "orders") {
      keeper.take(message.orders, message.nowUnixMs);
      say({ report: "taken", status: keeper.status, changed: keeper.takeChanged() });
      work.wake();
    } else {
      work.end();
      keeper.take(message.orders, message.nowUnixMs);
      keeper.close(message.nowUnixMs);
      say({ report: "stopped" });
      port.close();
    }
  });
  say({ report: "open", status: keeper.status });
  work.wake();
}

function answerOne(keeper: HistoryKeeper, files: OpenParts, message: Asking, say: Say): void {
  const { id } = message;
  if (message.message === "question" && Atomics.load(message.gone, 0) === 1) {
    say({ report: "no answer", id, ...nobodyWaits });
    return;
  }
  try {
    const given = giveOne(keeper, files, message);
    if (isProblem(given)) say({ report: "no answer", id, ...given });
    else say({ report: "answer", id, ...given }, [given.bytes.buffer]);
  } catch (error) {
    // A question must not end what records: whoever asked is told.
    say({ report: "no answer", id, problem: error instanceof Error ? error.message : String(error) });
  }
}

function giveOne({ view }: HistoryKeeper, files: OpenParts, message: Asking): MadePart | Problem {
  if (message.message === "part") return files.next(message.id);
  const { id, question, isFile } = message;
  if (isFile) return files.first(id, view, question);
  const bytes = answerBytes(view, question);
  return isProblem(bytes) ? bytes : { bytes, isMore: false };
}

/** Calls `act` again and again as long as it has something to do, and lets messages in between. */
function inTurns(act: () => boolean): { wake: () => void; end: () => void } {
  let turn: NodeJS.Immediate | undefined;
  const next = () => {
    turn = act() ? setImmediate(next) : undefined;
  };
  return {
    wake: () => {
      turn ??= setImmediate(next);
    },
    end: () => clearImmediate(turn),
  };
}

function reportingLog(say: (report: Report) => void): Log {
  const at =
    (level: LogLevel): Log["info"] =>
    (message, facts = {}) =>
      say({ report: "log", level, message, facts });
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}
