import type { Shard } from "../targets/shard.ts";
import { type Parsed, quote } from "./values.ts";

/** Beyond that, each would have next to nothing to do, and every list would be read that many times. */
const maxShards = 1_000;
const would =
  "write which shard of how many, e.g. 2/5, or in a StatefulSet of 5 replicas $(POD_NAME)/5, with POD_NAME from metadata.name";

/**
 * Reads `2/5`: the second of five. Before the slash may also stand the name of a StatefulSet's pod, whose ordinal
 * counts from 0: `pingo-1/5` is the second of five too. So one template does for all replicas:
 *
 *     env:
 *       - name: POD_NAME
 *         valueFrom: { fieldRef: { fieldPath: metadata.name } }
 *       - name: PINGO_SHARD
 *         value: $(POD_NAME)/5
 *
 * A bare ordinal (the label apps.kubernetes.io/pod-index) will not do: it could not be told from an index.
 */
export function parseShard(text: string): Parsed<Shard> {
  const match = /^(?:(\d{1,9})|([a-z0-9]([a-z0-9.-]*[a-z0-9])?)-(\d{1,9}))\/(\d{1,9})$/.exec(text.trim());
  if (match === null) return { problem: `${quote(text)} is no shard; ${would}` };
  const [, digits, podName, , ordinal, total] = match;
  const [index, count] = [digits === undefined ? Number(ordinal) + 1 : Number(digits), Number(total)];
  if (count < 1 || count > maxShards) {
    return { problem: `${quote(text)}: there can be 1 to ${maxShards} shards, not ${count}; ${would}` };
  }
  if (index >= 1 && index <= count) return { value: { index, count } };
  if (podName === undefined)
    return { problem: `${quote(text)}: shards of ${count} count from 1 to ${count}; ${would}` };
  const pods = `${podName}-0 to ${podName}-${count - 1}`;
  return {
    problem: `${quote(text)}: the pods of ${count} shards are ${pods}; give as many shards as there are replicas`,
  };
}
