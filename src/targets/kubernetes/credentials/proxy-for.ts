import { bypassesProxy } from "./no-proxy.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy on the way to a URL; undefined where the way is direct. */
export type ProxyChoice = { readonly proxy: URL | undefined } | { readonly problem: string };

/**
 * Which proxy a request to `url` goes through. A cluster's own proxy-url always counts. Without one the variables
 * do, as Go's http.ProxyFromEnvironment reads them (https://pkg.go.dev/golang.org/x/net/http/httpproxy): HTTPS_PROXY
 * or HTTP_PROXY by the URL's scheme, upper case before lower case, and not where NO_PROXY or a loopback address says
 * otherwise. A problem is a sentence and never shows the value, which may have a password in it.
 */
export function proxyFor(url: URL, env: Environment, clusterProxyUrl = ""): ProxyChoice {
  if (clusterProxyUrl !== "") return parseProxy(clusterProxyUrl, "proxy-url");
  const names = url.protocol === "https:" ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
  const name = names.find((candidate) => (env[candidate] ?? "") !== "");
  if (name === undefined || bypassesProxy(url, env.NO_PROXY || env.no_proxy || "")) return { proxy: undefined };
  const written = env[name] ?? "";
  // Of a variable, unlike of proxy-url, Go takes host:port for http://host:port.
  return parseProxy(/^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`, name);
}

function parseProxy(text: string, name: string): ProxyChoice {
  const would = "write it like http://192.0.2.1:3128";
  const url = /[\s\p{Cc}]/u.test(text) ? null : URL.parse(text);
  if (url !== null && /^socks/.test(url.protocol)) {
    return { problem: `${name} is a SOCKS proxy, which PinGo does not speak; ${would}, an HTTP proxy` };
  }
  const http = url?.protocol === "http:" || url?.protocol === "https:";
  if (url === null || !http || url.hostname === "") return { problem: `${name} is no URL of an HTTP proxy; ${would}` };
  return { proxy: url };
}

/** A proxy as people may see it: without user and password. */
export function showProxy({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

/** The value of Proxy-Authorization (RFC 7617); undefined where the URL has no user. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  return `Basic ${Buffer.from(`${decode(username)}:${decode(password)}`).toString("base64")}`;
}

/** What of a proxy's URL the log must hide. */
export function proxySecrets(proxy: URL): readonly string[] {
  const header = proxyAuthorization(proxy)?.slice("Basic ".length);
  return [proxy.password, decode(proxy.password), header ?? ""].filter((secret) => secret !== "");
}

/** A percent sign that encodes nothing stays one. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
