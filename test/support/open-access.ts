import type { Clock } from "../../src/clock.ts";
import { systemClock } from "../../src/clock.ts";
import type { AccessSpec } from "../../src/targets/kubernetes/credentials/access-spec.ts";
import { ClusterAccess } from "../../src/targets/kubernetes/credentials/cluster-access.ts";
import { readBoundedFile } from "../../src/targets/kubernetes/credentials/read-bounded-file.ts";

interface Parts {
  readonly url: URL;
  readonly token?: string;
  readonly caPem?: string;
  readonly clock?: Clock;
}

/** What flags say of an API. */
export function accessSpec({ url, token, caPem }: Parts): AccessSpec {
  return {
    contextName: "",
    clusterName: url.host,
    origin: "--api or PINGO_API",
    server: url,
    proxy: undefined,
    tls: {
      ca: caPem === undefined ? undefined : { from: "data", pem: caPem },
      cert: undefined,
      key: undefined,
      serverName: "",
      insecure: false,
    },
    authorization: token === undefined ? { from: "none" } : { from: "value", token },
    impersonation: {},
  };
}

/** The way to an API as flags say it. */
export function openAccess(parts: Parts): ClusterAccess {
  return new ClusterAccess(accessSpec(parts), {
    readFile: readBoundedFile,
    clock: parts.clock ?? systemClock,
    env: {},
  });
}
