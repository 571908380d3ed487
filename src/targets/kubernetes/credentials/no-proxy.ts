import { BlockList, isIP } from "node:net";

/** One word of NO_PROXY: a network, or a host with its subdomains, perhaps at one port only. */
type Rule = (host: string, port: string) => boolean;

/**
 * Whether NO_PROXY, or being this machine, keeps a URL from its proxy. The words as Go takes them
 * (https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config): `*`, `192.0.2.0/24`, `192.0.2.1:6443`, `example.com`
 * (and all below it), `.example.com` and `*.example.com` (what is below it alone).
 */
export function bypassesProxy(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  if (host === "localhost" || (isIP(host) !== 0 && loopback.check(host, familyOf(host)))) return true;
  const words = noProxy.split(",").map((word) => word.trim().toLowerCase());
  return words.some((word) => word !== "" && (word === "*" || ruleOf(word)(host, port)));
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

function ruleOf(word: string): Rule {
  const [, network = "", bits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(word) ?? [];
  if (isIP(network) !== 0) return networkRule(network, Number(bits));
  const { host, port: onlyPort } = splitPort(word);
  const matches = isIP(host) === 0 ? domainRule(host) : networkRule(host, isIP(host) === 6 ? 128 : 32);
  return (name, port) => (onlyPort === "" || onlyPort === port) && matches(name, port);
}

/** `host`, `host:port`, `[v6]`, `[v6]:port` or `v6`. */
function splitPort(word: string): { readonly host: string; readonly port: string } {
  if (isIP(word) !== 0) return { host: word, port: "" };
  const [, v6, name, port = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(word) ?? [];
  return { host: v6 ?? name ?? "", port };
}

function networkRule(network: string, bits: number): Rule {
  const list = new BlockList();
  const family = familyOf(network);
  if (bits > (family === "ipv6" ? 128 : 32)) return () => false;
  list.addSubnet(network, bits, family);
  return (host) => isIP(host) !== 0 && list.check(host, familyOf(host));
}

function domainRule(host: string): Rule {
  const below = host.replace(/^\*\./, ".");
  if (below === "") return () => false;
  if (below.startsWith(".")) return (name) => name.endsWith(below);
  return (name) => name === below || name.endsWith(`.${below}`);
}
