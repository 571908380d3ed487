import { openApi } from "../../api/openapi/document.ts";
import { parseQuestion } from "../../api/parse-query.ts";
import { isProblem, nobodyWaits, type Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { Clock } from "../../clock.ts";
import { filesAtMost } from "../../history/file-parts.ts";
import { etagOf, unlessKnown } from "../etag.ts";
import type { Answer, Route, RouteRequest } from "../server.ts";
import { type Slot, Slots } from "../slots.ts";
import { LiveEvents } from "./live-events.ts";
import { type NotAnswered, QuestionQueue } from "./question-queue.ts";
import { json, refuse, refuseWith, tooMany } from "./refuse.ts";
import { sendFile, sendLong, sendShort, shortBytes } from "./send-answer.ts";
import { SharedQuestions } from "./shared-questions.ts";
import type { ApiSource } from "./source.ts";

/** One thread answers; the second question is there when it is done with the first. */
const maxUnderWay = 2;
const maxWaiting = 32;
/** Each holds an answer of some hundred kilobytes, as CSV of some megabytes. */
const maxSending = 16;
/** So long may who asked not read on before its place goes to another. */
const stalledMs = 2_000;

/** What is asked where. */
const paths = {
  "/api/v1/overview": "overview",
  "/api/v1/history": "history",
  "/api/v1/history/events": "events",
  "/api/v1/zones": "zones",
  "/api/v1/targets": "targets",
} as const satisfies Record<string, Question["ask"]>;

/** `/api/v1`: what is asked of a history, as routes of an HttpServer. */
export class Api {
  readonly routes: Readonly<Record<string, Route>>;
  readonly #source: ApiSource;
  readonly #clock: Clock;
  readonly #queue: QuestionQueue;
  readonly #files: Slots;
  readonly #questions: SharedQuestions<Uint8Array | Problem>;
  readonly #sending: Slots;
  readonly #live: LiveEvents;

  constructor(source: ApiSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#queue = new QuestionQueue(maxUnderWay, maxWaiting);
    this.#questions = new SharedQuestions(this.#queue, (listener) => source.onChange(listener));
    this.#files = new Slots(filesAtMost, stalledMs, () => clock.nowMs());
    this.#sending = new Slots(maxSending, stalledMs, () => clock.nowMs());
    this.#live = new LiveEvents(source, clock);
    const questions = Object.entries(paths).map(([path, ask]) => [
      path,
      (request: RouteRequest) => this.#answer(ask, request),
    ]);
    this.routes = {
      ...Object.fromEntries(questions),
      "/api/v1/status": withoutQuery(() => ({ status: 200, contentType: json, body: JSON.stringify(source.status()) })),
      "/api/v1/events": withoutQuery(({ peer }) => this.#live.answer(peer)),
      "/api/v1/openapi.json": withoutQuery(document()),
    };
  }

  /** Ends the answers that go on. Can be called again. */
  stop(): void {
    this.#live.stop();
  }

  async #answer(ask: Question["ask"], { query, peer, gone }: RouteRequest): Promise<Answer> {
    const question = parseQuestion(ask, query, this.#clock.unixMs());
    if (isProblem(question)) return refuseWith(question);
    this.#live.asked();
    if (question.format === "csv") return this.#answerFile(question, peer, gone);
    const name = nameOf(ask, query);
    const answer = await this.#questions.run(name, peer, gone, (gone) => this.#source.ask(question, gone));
    if (typeof answer === "string") return explain(answer);
    if (isProblem(answer)) return refuseWith(answer);
    if (answer.length <= shortBytes) return sendShort(question, answer, this.#clock.unixMs());
    const slot = this.#sending.take(peer);
    if (slot === undefined) return tooMany(`${maxSending} answers are being sent; ask again`);
    return sendLong(question, answer, this.#clock.unixMs(), slot);
  }

  async #answerFile(question: Question, peer: string, gone: AbortSignal): Promise<Answer> {
    const slot = this.#files.take(peer);
    if (slot === undefined) return tooManyFiles;
    try {
      return await this.#beginFile(question, peer, gone, slot);
    } catch (error) {
      slot.free();
      throw error;
    }
  }

  async #beginFile(question: Question, peer: string, gone: AbortSignal, slot: Slot): Promise<Answer> {
    // Its place may go to another before its first part is there.
    const ending = AbortSignal.any([gone, slot.signal]);
    const parts = await this.#queue.run(peer, ending, () => this.#source.read(question, ending));
    if (typeof parts !== "string" && !isProblem(parts)) return sendFile(question, parts, this.#clock.unixMs(), slot);
    slot.free();
    if (slot.signal.aborted) return tooManyFiles;
    return typeof parts === "string" ? explain(parts) : refuseWith(parts);
  }
}

const tooManyFiles = tooMany(`${filesAtMost} files are being sent; ask again`);

function explain(why: NotAnswered): Answer {
  if (why === "gone") return refuseWith(nobodyWaits);
  return tooMany(`${maxWaiting} questions are waiting; ask again`);
}

/** The same for those who ask the same; that some of them meant a moment later does not matter. */
function nameOf(ask: Question["ask"], query: URLSearchParams): string {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return `${ask}?${sorted}`;
}

function withoutQuery(route: (request: RouteRequest) => Answer): Route {
  return (request) => {
    const [name] = request.query.keys();
    return name === undefined
      ? route(request)
      : refuse(400, `there are no parameters here; leave ${JSON.stringify(name.slice(0, 60))} out`);
  };
}

function document(): (request: RouteRequest) => Answer {
  const body = JSON.stringify(openApi);
  const etag = etagOf(body);
  return (request) => unlessKnown(request, etag, () => ({ status: 200, contentType: json, body }));
}
