import type { ServerResponse } from "node:http";

/** Who leaves more than this unread is cut off; the kernel holds some hundred kilobytes more. */
const maxUnreadBytes = 64 * 1_024;

/** Who reads an answer that goes on. */
export interface LiveReader {
  /** Sends a text on, and tells once it is the kernel's. Nothing happens where the reader is gone. */
  write(text: string, sent?: () => void): void;
  /** Ends the answer, whole. */
  end(): void;
}

/** An answer that goes on until either side ends it. */
export interface LiveBody {
  /** Called once, when it can begin. */
  begin(reader: LiveReader): void;
  /** Called once after that, when the reader is gone or it has ended. */
  ended(): void;
}

/** Sends as there is something to be sent, and resolves when it has ended. */
export async function sendLive(
  response: ServerResponse,
  body: LiveBody,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (response.destroyed || response.socket?.destroyed === true) return;
  const closed = new Promise<void>((resolve) => response.once("close", resolve));
  signal?.addEventListener("abort", () => response.destroy(), { once: true });
  response.flushHeaders();
  body.begin(readerOf(response));
  await closed;
  body.ended();
}

function readerOf(response: ServerResponse): LiveReader {
  return {
    write: (text, sent) => {
      if (response.destroyed || response.writableEnded) return;
      if (response.writableLength > maxUnreadBytes) response.destroy();
      else response.write(text, (error) => (error == null ? sent?.() : undefined));
    },
    end: () => void response.end(),
  };
}
