import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { ListenAddress } from "../http/listen-address.ts";
import { type AddressType, addressTypes, type NamedPort } from "../targets/select.ts";
import { explainUnusable } from "../targets/usable-address.ts";
import { formatMs } from "../units.ts";

/** A setting's text read, or what is wrong with it and what would do: the end of a sentence that begins with its name. */
export type Parsed<Value> = { readonly value: Value } | { readonly problem: string };
export interface Parser<Value> {
  (text: string): Parsed<Value>;
  /** Everything that it takes, where that is a few words. */
  readonly words?: readonly string[];
}

/** A value as an error shows it: short, and on one line. */
export function quote(text: string): string {
  return JSON.stringify(text.length <= 80 ? text : `${text.slice(0, 80)}...`);
}

/** The same of anything but what looks like a token in the wrong place: those have neither colon nor slash. */
export function quoteUnlessToken(text: string): string {
  return text.length < 16 || /[:/]/.test(text) ? quote(text) : `the text there (${text.length} characters, not shown)`;
}

const msPerUnit: Record<string, number> = { "": 1_000, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as `15` (seconds), `500ms`, `2s`, `1m`, `1h` or `1d`, within bounds; gives milliseconds. */
export function duration(minMs: number, maxMs: number): Parser<number> {
  const would = `write seconds (15) or a unit (500ms, 2s, 1m), from ${formatMs(minMs)} to ${formatMs(maxMs)}`;
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|)$/.exec(text.trim());
    if (match === null) return { problem: `${quote(text)} is not a duration; ${would}` };
    const value = Number(match[1]) * (msPerUnit[match[2] ?? ""] ?? Number.NaN);
    return value >= minMs && value <= maxMs ? { value } : { problem: `${quote(text)} is out of bounds; ${would}` };
  };
}

/** A whole number within bounds. */
export function integer(min: number, max: number): Parser<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return { value };
    return { problem: `${quote(text)} will not do; write a whole number from ${min} to ${max}` };
  };
}

/** One word out of a few. */
export function oneOf<Word extends string>(words: readonly Word[]): Parser<Word> {
  const parse = (text: string): Parsed<Word> => {
    const value = words.find((word) => word === text.trim());
    return value === undefined ? { problem: `${quote(text)} is not one of ${words.join(", ")}` } : { value };
  };
  return Object.assign(parse, { words });
}

/** Several values, one a line; each once. */
export function list<Value>(parse: Parser<Value>): Parser<readonly Value[]> {
  return (text) => {
    const words = text.split("\n").map((word) => word.trim());
    const values: Value[] = [];
    for (const word of new Set(words.filter((word) => word !== ""))) {
      const parsed = parse(word);
      if ("problem" in parsed) return parsed;
      values.push(parsed.value);
    }
    return values.length === 0 ? { problem: "is empty" } : { value: values };
  };
}

/** `ssh=22`: what a port is called and its number. */
export const namedPort: Parser<NamedPort> = (text) => {
  const match = /^([a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?)=(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match?.[1] !== undefined && port >= 1 && port <= 65_535) return { value: { name: match[1], port } };
  const would = "write a name of up to 15 small letters, digits and dashes, and a number from 1 to 65535, e.g. ssh=22";
  return { problem: `${quote(text)} is no named port; ${would}` };
};

export const anyText: Parser<string> = (text) => ({ value: text });

/** The API's URL. */
export const apiUrl: Parser<{ readonly name: string; readonly url: URL }> = (text) => {
  const example = "write it like https://192.0.2.1:6443";
  const name = text.trim();
  // First, because a password or a key would stand in logs, labels and errors. URL parsers find a user in more
  // places than one would think (https:///user:password@host), and no API server's URL has an @ at all.
  if (name.includes("@")) {
    return { problem: `a URL with a user or password in it is not taken; ${example} and give a token beside it` };
  }
  if (/[?#]/.test(name)) {
    return { problem: `a URL with a query or a fragment ("?", "#") is no API server's; ${example}` };
  }
  if (!/^https?:\/\/[^/\\]/i.test(name))
    return { problem: `${quoteUnlessToken(name)} is not an http(s) URL; ${example}` };
  if (/[\s\p{Cc}]/u.test(name) || !URL.canParse(name)) return { problem: `${quote(name)} is not a URL; ${example}` };
  return { value: { name, url: new URL(name) } };
};

/**
 * Where OTLP is taken over HTTP. Of a base URL, metrics are at /v1/metrics (OpenTelemetry protocol exporter, "Endpoint URLs
 * for OTLP/HTTP").
 */
export const otlpEndpoint: Parser<URL> = (text) => {
  const would = "write it like http://collector:4318; tokens go into OTEL_EXPORTER_OTLP_HEADERS";
  if (text.includes("@")) return { problem: `a URL with a user or password in it is not taken; ${would}` };
  if (!/^https?:\/\/[^/\\]/i.test(text) || !URL.canParse(text))
    return { problem: `${quoteUnlessToken(text)} is not an http(s) URL; ${would}` };
  const url = new URL(text);
  if (url.pathname === "/") url.pathname = "/v1/metrics";
  return { value: url };
};

/** For basic authentication (RFC 7617: no colon in a name). The value is never shown. */
export const userAndPassword: Parser<string> = (text) => {
  if (/^[^:\p{Cc}]+:[^\p{Cc}]*$/u.test(text)) return { value: text };
  return { problem: `is no name and password (${text.length} characters); write NAME:PASSWORD` };
};

/** A bearer token (RFC 6750, 2.1), held against what an HTTP header can carry. The value is never shown. */
export const token: Parser<string> = (text) => {
  if (text === "") return { problem: "is empty" };
  if (/[\r\n]/.test(text)) {
    return { problem: `has a line end in it (${text.length} characters); remove it, e.g. with "tr -d '\\n'"` };
  }
  if (!/^[\x21-\x7e]+$/.test(text)) {
    return { problem: `has a space or a character in it that no token has (${text.length} characters)` };
  }
  return { value: text };
};

/** Base64 of PEM, as in a kubeconfig's certificate-authority-data; line breaks in the base64 are let pass. */
export const caBase64: Parser<string> = (text) => {
  if (text.includes("-----BEGIN")) {
    return { problem: `is PEM itself; write it in base64 ("base64 -w0 ca.crt"), or give the file with --ca-file` };
  }
  const digits = text.replace(/\s+/g, "").replace(/={0,2}$/, "");
  const [odd] = /[^A-Za-z0-9+/]/u.exec(digits) ?? [];
  if (odd !== undefined || digits.length % 4 === 1 || digits === "") {
    const what = odd === undefined ? "it is cut off" : `${quote(odd)} is in it`;
    const would = `write the CA's PEM as "base64 -w0 ca.crt" gives it`;
    // Not quoted: a CA is no secret, but what is no CA may be one.
    return { problem: `is not base64 (of ${text.length} characters; ${what}); ${would}` };
  }
  return caPem(Buffer.from(digits, "base64").toString());
};

const beginCertificate = "-----BEGIN CERTIFICATE-----";

/** Certificates in PEM (RFC 7468), every one of which can be read. */
export const caPem: Parser<string> = (text) => {
  const begun = text.split(beginCertificate).length - 1;
  if (begun === 0) {
    const [label] = /-----BEGIN [A-Z0-9 ]{1,40}-----/.exec(text) ?? [];
    return { problem: `holds no certificate in PEM: ${label ?? "nothing"} where ${beginCertificate} should be` };
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length < begun) {
    return {
      problem: `${begun - blocks.length} of ${begun} certificates in it are cut off: their END line is missing`,
    };
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch (error) {
      return {
        problem: `certificate ${index + 1} of ${blocks.length} in it cannot be read: ${(error as Error).message}`,
      };
    }
  }
  return { value: blocks.join("\n") };
};

/** `:8080`, `127.0.0.1:8080`, `[::1]:8080` or `localhost:0`. */
export const listenAddress: Parser<ListenAddress> = (text) => {
  const [, path] = /^unix:(.*)$/s.exec(text.trim()) ?? [];
  if (path !== undefined) return socketPath(path);
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    return {
      problem: `${quote(text)} is no address to listen on; write :8080, 127.0.0.1:8080, [::1]:8080 or unix:/path`,
    };
  }
  const [, v6, host] = match;
  if (v6 !== undefined && isIP(v6) !== 6) return { problem: `${quote(v6)} in brackets is not an IPv6 address` };
  return { value: { host: v6 ?? host ?? "", port } };
};

/** As long as the kernel takes it: 108 bytes with the zero at its end (unix(7), sun_path). */
function socketPath(path: string): Parsed<ListenAddress> {
  const length = Buffer.byteLength(path);
  if (length > 0 && length < 108 && !path.includes("\0")) return { value: { path } };
  return { problem: `${quote(path)} is no path of a Unix socket; write 1 to 107 bytes, e.g. unix:/run/pingo.sock` };
}

/** An address that this machine may have. */
export const sourceAddress: Parser<string> = (text) => {
  const value = text.trim();
  if (isIP(value) === 0) return { problem: `${quote(text)} is not an IP address` };
  const why = /^::ffff:/i.test(value) ? "is IPv4 in the form of IPv6; write it as IPv4" : explainUnusable(value);
  return why === undefined ? { value } : { problem: `${quote(text)} ${why}` };
};

/** `40000-41999`: first and last port. */
export const portRange: Parser<readonly [number, number]> = (text) => {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text.trim());
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && first >= 1 && first <= last && last <= 65_535) return { value: [first, last] };
  return { problem: `${quote(text)} is no range of ports; write first and last, e.g. 40000-41999` };
};

/** A name as the kernel takes it: at most 15 bytes (IFNAMSIZ), no slash, no space. */
export const interfaceName: Parser<string> = (text) => {
  const fits = /^[^\s/]{1,15}$/.test(text) && Buffer.byteLength(text) <= 15;
  return fits ? { value: text } : { problem: `${quote(text)} is no name of a network interface` };
};

/** Address types in order of preference, separated by commas. */
export const addressTypeList: Parser<readonly AddressType[]> = (text) => {
  const words = text.split(",").map((word) => word.trim());
  const known: readonly string[] = addressTypes;
  const wrong = words.find((word) => !known.includes(word));
  if (wrong !== undefined) return { problem: `${quote(wrong)} is not one of ${addressTypes.join(", ")}` };
  if (new Set(words).size < words.length) return { problem: `${quote(text)} names one type twice` };
  return { value: words as AddressType[] };
};
