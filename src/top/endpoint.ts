import type { Parsed } from "../config/values.ts";
import { quoteUnlessToken } from "../config/values.ts";

/** Where a PinGo serves its API. */
export interface Endpoint {
  /** As it is shown, without a password. */
  readonly name: string;
  readonly at: { readonly path: string } | { readonly host: string; readonly port: number; readonly isTls: boolean };
  /** What stands before `/api/v1`, behind a proxy; mostly empty. */
  readonly basePath: string;
  /** `name:password`, where it is in the URL. */
  readonly user: string | undefined;
}

/** `http://localhost:8080`, `https://name:password@pingo.example/base`, `pingo.example:8080`, `unix:/run/pingo.sock`. */
export function parseEndpoint(text: string): Parsed<Endpoint> {
  const would = "write it like http://localhost:8080, https://pingo.example or unix:/run/pingo.sock";
  const [, path] = /^unix:(.+)$/s.exec(text.trim()) ?? [];
  if (text.trim() === "unix:") return { problem: `a Unix socket has a path; ${would}` };
  if (path !== undefined) return { value: { name: `unix:${path}`, at: { path }, basePath: "", user: undefined } };
  const full = /^https?:\/\//i.test(text.trim()) ? text.trim() : `http://${text.trim()}`;
  const isWrong = /[\s\p{Cc}]/u.test(full) || !URL.canParse(full) || /^[a-z][a-z0-9+.-]*:\/\//i.test(full.slice(7));
  // A password may be in it, so that what has an @ is not shown.
  if (isWrong) return { problem: `${text.includes("@") ? "that" : quoteUnlessToken(text)} is no address; ${would}` };
  const url = new URL(full);
  if (url.search !== "" || url.hash !== "") return { problem: `an address has no query and no fragment; ${would}` };
  return { value: ofUrl(url) };
}

function ofUrl(url: URL): Endpoint {
  const isTls = url.protocol === "https:";
  const basePath = url.pathname.replace(/\/+$/, "");
  const user = url.username === "" ? undefined : `${decode(url.username)}:${decode(url.password)}`;
  return {
    name: `${url.protocol}//${url.host}${basePath}`,
    at: { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) || (isTls ? 443 : 80), isTls },
    basePath,
    user,
  };
}

/** What is no percent-encoding is meant as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
