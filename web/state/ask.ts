import type { ApiError } from "../../src/api/v1.ts";
import { fetchAsked } from "./ask-ahead.ts";

/** What became of a question. `silent`: no answer came at all. */
export type Reply<T> =
  | { readonly kind: "answer"; readonly value: T }
  | ({ readonly kind: "refused"; readonly status: number } & ApiError)
  | { readonly kind: "silent"; readonly error: string };

/** A history that takes longer is not going to be waited for; a Prometheus has 20 s, and what it could not do is said. */
const timeoutMs = 25_000;

/** Asks the API. Never rejects, but for its signal. */
export async function ask<T>(url: string, signal: AbortSignal): Promise<Reply<T>> {
  try {
    const response = await fetchAsked(url, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    if (response.ok) return { kind: "answer", value: (await response.json()) as T };
    return { kind: "refused", status: response.status, ...(await errorIn(response)) };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "silent", error: (error as Error).message };
  }
}

/** A proxy's answer need not be ours. */
async function errorIn(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { error = text, type } = JSON.parse(text) as Partial<ApiError>;
    return { error, type };
  } catch {
    return { error: text.trimStart().startsWith("<") ? response.statusText : text.slice(0, 300).trim() };
  }
}
