/** One of several instances that share the nodes. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
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
