import { isIPv6, SocketAddress } from "node:net";

/** The kinds that Go compares with client_allowed_sans. */
const kinds: ReadonlySet<string> = new Set(["DNS", "email", "IP Address", "URI"]);

/**
 * The names in what Node makes of a certificate's: `DNS:a, IP Address:192.0.2.1, URI:spiffe://z, DNS:"b, c"`. One with a
 * comma, a quote or the like in it stands in quotes, as JSON, so that it cannot pass for several
 * (https://nodejs.org/api/crypto.html#x509subjectaltname). One IPv6 address is always spelt the same.
 */
export function parseSubjectAltNames(text: string): string[] {
  const names: string[] = [];
  const entry = /([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
  while (entry.lastIndex < text.length) {
    const match = entry.exec(text);
    const [, kind = "", value = ""] = match ?? [];
    const name = unquote(value);
    // What is read wrong might let in somebody.
    if (match === null || name === undefined) return [];
    if (kinds.has(kind)) names.push(canonicalName(name));
  }
  return names;
}

/** An IPv6 address as short as it gets, one of IPv4 in it as that; else the name as it is. */
export function canonicalName(name: string): string {
  if (!isIPv6(name) || name.includes("%")) return name;
  const { address } = new SocketAddress({ address: name, family: "ipv6" });
  return address.replace(/^::ffff:(?=\d+\.)/, "");
}

function unquote(value: string): string | undefined {
  if (!value.startsWith('"')) return value;
  try {
    return JSON.parse(value) as string;
  } catch {
    return undefined;
  }
}
