import type { Option } from "../../src/config/options/option.ts";
import { options, variableOf } from "../../src/config/options.ts";

/** JSON Schema, draft 7, which is what Helm reads. */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const count = (minimum: number, maximum: number): Schema => ({ type: "integer", minimum, maximum });
const listOf = (items: Schema): Schema => ({ type: "array", items });
const port = count(1, 65_535);
const anyMap: Schema = { type: "object" };
const texts: Schema = { type: "object", additionalProperties: text };
const name: Schema = { type: "string", pattern: "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$", maxLength: 253 };
/** Of a release's objects: a Service's name has no dot and begins with a letter. */
const label: Schema = { type: "string", pattern: "^([a-z]([-a-z0-9]*[a-z0-9])?)?$", maxLength: 63 };
/** Kubernetes' quantity: 5Gi, 100m, 2. */
const quantity: Schema = {
  type: ["string", "integer", "number"],
  pattern: "^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$",
};
const size: Schema = { type: "string", pattern: "^[0-9]+(Mi|Gi|Ti|M|G|T)$" };
const interval: Schema = { type: "string", pattern: "^[0-9]+(ms|s|m|h)$" };

/** Nothing but what is named: a mistyped value would otherwise do nothing, and say nothing. */
function only(properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema {
  return { type: "object", additionalProperties: false, properties, ...more };
}

/** Set by values of their own, or no business of a values file. */
const kept: ReadonlySet<string> = new Set([
  "KUBECONFIG",
  "PINGO_CONTEXT",
  "PINGO_SHARD",
  "PINGO_LISTEN",
  "PINGO_TOKEN",
  "PINGO_CA",
]);

/** A password would be in the release's values and in the pod, for all who may read those; extraEnv takes it from a Secret. */
const limits: Readonly<Record<string, Schema>> = {
  PINGO_HISTORY: { not: { type: "string", pattern: "^\\s*prometheus=[^/]*//[^/?#]*@" } },
};

/** The variables of `pingo serve`, each with what the help says of it. */
export function optionsSchema(): Schema {
  const served = Object.values<Option<unknown>>(options).filter(({ commands }) => commands.includes("serve"));
  const properties = served.flatMap((option): [string, Schema][] => {
    const variable = variableOf(option, "serve");
    if (variable === undefined || kept.has(variable)) return [];
    return [[variable, { type: ["string", "integer"], description: option.meaning, ...limits[variable] }]];
  });
  return only(Object.fromEntries(properties));
}

/** What of a volume the restricted Pod Security Standard lets a pod have; a path of the host is none of it. */
const restrictedVolume = only(
  {
    name,
    ...Object.fromEntries(
      [
        ...["configMap", "csi", "downwardAPI", "emptyDir"],
        ...["ephemeral", "persistentVolumeClaim", "projected", "secret"],
      ].map((kind) => [kind, anyMap]),
    ),
  },
  { required: ["name"] },
);
/** The old place of a profile: `unconfined` there breaks the baseline standard. */
const appArmor = "^container\\.apparmor\\.security\\.beta\\.kubernetes\\.io/";

const resourceList = { type: "object", additionalProperties: quantity };

/** What values.yaml may say. */
export function valuesSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Values of the chart pingo",
    ...only({
      image: only(
        {
          repository: { type: "string", pattern: "^[a-z0-9.:/_-]+$" },
          tag: { type: "string", pattern: "^[A-Za-z0-9_.-]{0,128}$" },
          digest: { type: "string", pattern: "^(sha256:[0-9a-f]{64})?$" },
          pullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
        },
        { required: ["repository"] },
      ),
      imagePullSecrets: listOf(only({ name }, { required: ["name"] })),
      nameOverride: label,
      fullnameOverride: label,
      options: optionsSchema(),
      extraEnv: listOf({ type: "object", required: ["name"] }),
      extraVolumes: listOf(restrictedVolume),
      extraVolumeMounts: listOf({ type: "object", required: ["name", "mountPath"] }),
      shards: count(1, 1_000),
      history: only({
        persistence: only({ enabled: flag, size, storageClassName: text, existingClaim: name }),
      }),
      otherCluster: only({ secretName: name, contexts: listOf({ type: "string", pattern: "^[^,]+$" }) }),
      rbac: only({ create: flag }),
      serviceAccount: only({ create: flag, name, annotations: texts }),
      runAsUser: { type: ["integer", "null"], minimum: 1, description: "never 0: PinGo does not run as root" },
      resources: only({ requests: resourceList, limits: resourceList }),
      terminationGracePeriodSeconds: count(1, 600),
      priorityClassName: name,
      nodeSelector: texts,
      tolerations: listOf(anyMap),
      affinity: anyMap,
      podAnnotations: { ...texts, patternProperties: { [appArmor]: { pattern: "^(runtime/default|localhost/.*)$" } } },
      podLabels: texts,
      service: only({
        type: { enum: ["ClusterIP", "NodePort", "LoadBalancer"] },
        port,
        annotations: texts,
      }),
      networkPolicy: only({ enabled: flag, from: listOf(anyMap), egressPorts: listOf(port), dnsPorts: listOf(port) }),
      serviceMonitor: only({ enabled: flag, labels: texts, interval, endpoint: anyMap }),
      podMonitor: only({ enabled: flag, labels: texts, interval, endpoint: anyMap }),
      prometheusRule: only({ enabled: flag, labels: texts }),
      dashboards: only({ enabled: flag, labels: texts, annotations: texts }),
      podDisruptionBudget: only({ enabled: flag }),
      tests: only({ enabled: flag }),
      // Helm puts this here where the chart is a part of another.
      global: anyMap,
    }),
  };
}
