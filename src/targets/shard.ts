import { type Parsed, quote } from "../config/values.ts";

/** One of several instances that share the nodes. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

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

/** 2^32 divided by the golden ratio: multiples of it lie far apart. */
const golden = 0x9e3779b9;

/**
 * Whether a node, by its uid, is this shard's to probe. Of N shards exactly one says yes, and they need not talk to
 * each other. Rendezvous hashing (Thaler and Ravishankar, 1998): each shard has a score for each node and the highest
 * wins, so that one shard more takes its share evenly from all others and nothing else moves. The scores are part of
 * the interface: were a release to change them, every target would move and lose its counters.
 */
export function ownsShard(uid: string, { index, count }: Shard): boolean {
  const hash = hashText(uid);
  const own = score(hash, index);
  for (let other = 1; other <= count; other++) {
    if (other === index) continue;
    const theirs = score(hash, other);
    // Of equal scores, one in 2^32, the lower index wins; a shard that comes later then takes nothing away.
    if (theirs > own || (theirs === own && other < index)) return false;
  }
  return true;
}

function score(hash: number, index: number): number {
  return mix(hash ^ mix(Math.imul(index, golden)));
}

/** FNV-1a over UTF-16 units. Its low bits alone are poor; `score` mixes them. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** The last step of MurmurHash3 (fmix32): every bit of the input changes each bit of the output half of the time. */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
