import { X509Certificate } from "node:crypto";
import { KubeConfig } from "@kubernetes/client-node";
import { systemClock } from "../../../../src/clock.ts";
import { ClusterAccess } from "../../../../src/targets/kubernetes/credentials/cluster-access.ts";
import { loadKubeconfig } from "../../../../src/targets/kubernetes/credentials/load-kubeconfig.ts";
import { readBoundedFile } from "../../../../src/targets/kubernetes/credentials/read-bounded-file.ts";
import { resolveContext } from "../../../../src/targets/kubernetes/credentials/resolve-context.ts";

/** What two clients are compared by. Absent is absent: no empty texts. */
export interface Seen {
  readonly server?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly proxy?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  /** In place of all else: it cannot be used. */
  readonly refused?: true;
}

/** As PinGo sees a kubeconfig file, and what is wrong with it where it does not take it. */
export async function seenByPingo(
  file: string,
  context: string | undefined,
): Promise<{ seen: Seen; problems: readonly string[] }> {
  const loaded = await loadKubeconfig({ flag: [file], readFile: readBoundedFile });
  const refused = { refused: true } as const;
  if ("problems" in loaded) return { seen: refused, problems: loaded.problems };
  const resolved = resolveContext(loaded.kubeconfig, context, { env: {}, readFile: readBoundedFile });
  if ("problems" in resolved) return { seen: refused, problems: resolved.problems };
  const access = new ClusterAccess(resolved.access, {
    readFile: readBoundedFile,
    clock: systemClock,
    env: process.env,
  });
  const credentials = await access.credentials();
  access.close();
  if ("problem" in credentials) return { seen: refused, problems: [credentials.problem] };
  const { tls, headers } = credentials;
  const { server, proxy } = resolved.access;
  const seen = present({
    server: server.href.replace(/\/$/, ""),
    ca: fingerprints(tls.ca),
    cert: fingerprints(tls.cert),
    key: tls.key?.trim(),
    servername: tls.servername,
    rejectUnauthorized: tls.rejectUnauthorized,
    proxy: proxy?.href.replace(/\/$/, ""),
    headers: { ...headers },
  });
  return { seen, problems: [] };
}

/** As the official JavaScript client sees it. */
export async function seenByOracle(file: string, context: string | undefined): Promise<Seen> {
  try {
    const config = new KubeConfig();
    config.loadFromFile(file);
    if (context !== undefined) config.setCurrentContext(context);
    const options: Parameters<KubeConfig["applyToHTTPSOptions"]>[0] = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, servername, rejectUnauthorized = true, headers, auth } = options as OracleOptions;
    const cluster = config.getCurrentCluster();
    const basic = auth === undefined ? {} : { Authorization: `Basic ${Buffer.from(auth).toString("base64")}` };
    return present({
      server: cluster?.server,
      ca: fingerprints(ca?.toString()),
      cert: fingerprints(cert?.toString()),
      key: key?.toString().trim(),
      servername,
      rejectUnauthorized,
      proxy: cluster?.proxyUrl,
      headers: { ...headers, ...basic },
    });
  } catch {
    return { refused: true };
  }
}

/** The options as far as they are compared; the client's own types leave some of them out. */
interface OracleOptions {
  readonly ca?: Buffer;
  readonly cert?: Buffer | string;
  readonly key?: Buffer | string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly headers?: Record<string, string>;
  readonly auth?: string;
}

/** The certificates in a PEM text, whatever stands between them. */
function fingerprints(pem: string | undefined): string | undefined {
  const blocks = pem?.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  return blocks?.map((block) => new X509Certificate(block).fingerprint256).join(" ") ?? pem;
}

function present(parts: Record<string, unknown>): Seen {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined && value !== ""));
}
