import type { Target } from "../../target.ts";

type Labels = Readonly<Record<string, string>>;

/** What Prometheus tells a target by: it knows no uid of a node, so that one under its old name goes on with it. */
export interface TargetName {
  readonly cluster: string;
  readonly node: string;
  readonly target: string;
}

/** The key of a target whose history a Prometheus keeps. */
export function keyOf({ cluster = "", node = "", target = "" }: Labels | TargetName): string {
  return [cluster, node, target].map((part) => encodeURIComponent(part.toWellFormed())).join(",");
}

/** Undefined of what is no such key. */
export function nameOf(key: string): TargetName | undefined {
  const parts = key.split(",");
  if (parts.length !== 3) return undefined;
  try {
    const [cluster, node, target] = parts.map(decodeURIComponent) as [string, string, string];
    return { cluster, node, target };
  } catch {
    return undefined;
  }
}

/** Of `pingo_target_info`; of any other series of a target, facts are empty. */
export function targetOf(labels: Labels): Target {
  const { cluster = "", node = "", zone = "", target = "" } = labels;
  const colon = target.lastIndexOf(":");
  return {
    key: keyOf(labels),
    cluster,
    node,
    name: node,
    host: target.slice(0, colon).replace(/^\[|\]$/g, ""),
    port: Number(target.slice(colon + 1)) || 0,
    portName: labels.port ?? "",
    address: target,
    addressType: labels.address_type ?? "",
    zone,
    region: labels.region ?? "",
    instanceType: labels.instance_type ?? "",
    os: labels.os ?? "",
  };
}
