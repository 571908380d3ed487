import type { Parsed } from "./values.ts";

/** A header of HTTP that requests carry, beside those that the program writes itself. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** A token and a field's content of ASCII: RFC 9110, 5.6.2 and 5.5. */
const shape = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/;
/** Those would break the request, or the connection that others share. */
const own = /^(host|connection|accept|expect|te|trailer|upgrade|keep-alive|content-.*|transfer-encoding|proxy-.*)$/i;

/** `X-Scope-OrgID=team-a`. A value may be a secret, and is not shown. */
export function parseHeader(text: string): Parsed<Header> {
  const would = "write its name and its value, e.g. X-Scope-OrgID=team-a";
  const [, name, value] = shape.exec(text.trim()) ?? [];
  if (name === undefined || value === undefined) return { problem: `that is no header; ${would}` };
  if (/^authorization$/i.test(name)) {
    return { problem: "a user and a password go into the URL, a token into --history-token-file" };
  }
  if (own.test(name)) return { problem: `${name} is written by PinGo itself; leave it out` };
  return { value: { name, value } };
}
