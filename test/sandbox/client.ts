import type { IncomingMessage } from "node:http";
import { request } from "node:https";

export type Answer = { status: number; headers: IncomingMessage["headers"]; rawHeaders: string[]; text: string };

export type Target = { apiUrl: string; caPem: string };

export type RequestOptions = {
  token?: string;
  method?: string;
  contentType?: string;
  body?: string | object;
  headers?: Record<string, string>;
};

function open({ apiUrl, caPem }: Target, path: string, options: RequestOptions): Promise<IncomingMessage> {
  const { token, method = "GET", contentType = "application/json", headers } = options;
  const body = typeof options.body === "object" ? JSON.stringify(options.body) : options.body;
  return new Promise((resolve, reject) => {
    const outgoing = request(`${apiUrl}${path}`, {
      method,
      ca: caPem,
      agent: false,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        // Node writes the length by itself, but not for DELETE.
        ...(body !== undefined && { "content-type": contentType, "content-length": Buffer.byteLength(body) }),
        ...headers,
      },
    });
    outgoing.on("response", resolve).on("error", reject);
    outgoing.end(body);
  });
}

/** One request and its whole answer. Rejects where the connection breaks. */
export async function ask(target: Target, path: string, options: RequestOptions = {}): Promise<Answer> {
  const incoming = await open(target, path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { statusCode: status = 0, headers, rawHeaders } = incoming;
  return { status, headers, rawHeaders, text: Buffer.concat(chunks).toString() };
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose form is what they are about to check.
export type Loose = any;

export type Stream = {
  status: number;
  rawHeaders: string[];
  events: Loose[];
  /** Resolves at the end of the stream, whole or broken. */
  ended: Promise<"ended" | "broken">;
  close(): void;
};

/** A watch whose events gather in `events`. */
export async function watch(target: Target, path: string, options: RequestOptions = {}): Promise<Stream> {
  const incoming = await open(target, path, options);
  const events: unknown[] = [];
  let rest = "";
  incoming.setEncoding("utf8").on("data", (text: string) => {
    // Only what has just come is looked through: a line of megabytes comes in a thousand pieces.
    const [first = "", ...more] = text.split("\n");
    const lines = [rest + first, ...more];
    rest = lines.pop() ?? "";
    events.push(...lines.map((line) => JSON.parse(line)));
  });
  const ended = new Promise<"ended" | "broken">((resolve) => {
    incoming.on("error", () => {}).on("close", () => resolve(incoming.complete ? "ended" : "broken"));
  });
  const { statusCode: status = 0, rawHeaders } = incoming;
  return { status, rawHeaders, events, ended, close: () => incoming.destroy() };
}
