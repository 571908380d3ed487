import { faulty } from "./api-status.ts";
import { type Exchange, send, sendStatus } from "./exchange.ts";

/** What the API does to every request while the fault is on. */
export type Fault =
  /** Answers with an HTTP error and a Status body; `retryAfter` is the header, in seconds or an HTTP date. */
  | { kind: "status"; status: number; retryAfter?: string }
  /** Answers with any body at all: HTML, half a JSON document, a list without items. */
  | { kind: "body"; status: number; contentType: string; body: string }
  /** Takes the request and never answers. */
  | { kind: "hang" }
  /** Begins an answer and breaks the connection in the middle of it. */
  | { kind: "cut" };

export function answerFault(exchange: Exchange, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case "status":
      if (fault.retryAfter !== undefined) exchange.response.setHeader("Retry-After", fault.retryAfter);
      return sendStatus(exchange, faulty(fault.status));
    case "body":
      return send(exchange, fault.status, fault.contentType, fault.body);
    case "hang":
      return Promise.resolve();
    case "cut": {
      const { response } = exchange;
      response.writeHead(200, { "Content-Type": "application/json" });
      // Destroyed only once the first half is with the kernel, or else the client would see nothing at all.
      response.write('{"kind":"NodeList","items":[', () => response.destroy());
      return Promise.resolve();
    }
  }
}
