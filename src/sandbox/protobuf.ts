import type { Json, JsonObject } from "./json.ts";

/**
 * Kubernetes' bodies in protobuf, which kubectl sends for reviews, for tokens and for what `kubectl create` makes by name,
 * whatever it is told is accepted. Of those messages alone, and only what kubectl says in them: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function decodeProtobuf(body: Uint8Array): JsonObject | undefined {
  if (Buffer.from(body.subarray(0, 4)).toString("latin1") !== "k8s\0") return undefined;
  try {
    const { typeMeta, raw } = read(body.subarray(4), unknown) as { typeMeta?: JsonObject; raw?: Uint8Array };
    const message = bodies[String(typeMeta?.kind)];
    if (typeMeta === undefined || raw === undefined || message === undefined) return undefined;
    return { ...typeMeta, ...(read(raw, message) as JsonObject) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type FieldType = "string" | "strings" | "map" | "integer" | "bytes" | Message;
/** A message's fields by their numbers in the generated.proto files of k8s.io/api. Others are left out. */
type Message = { readonly [number: number]: readonly [name: string, type: FieldType] };

const unknown: Message = {
  1: ["typeMeta", { 1: ["apiVersion", "string"], 2: ["kind", "string"] }],
  2: ["raw", "bytes"],
};

const resourceAttributes: Message = {
  1: ["namespace", "string"],
  2: ["verb", "string"],
  3: ["group", "string"],
  4: ["version", "string"],
  5: ["resource", "string"],
  6: ["subresource", "string"],
  7: ["name", "string"],
};

/** The namespace is the path's. */
const metadata: Message = {
  1: ["name", "string"],
  11: ["labels", "map"],
  12: ["annotations", "map"],
  14: ["finalizers", "strings"],
};

const bodies: Readonly<Record<string, Message>> = {
  TokenRequest: { 2: ["spec", { 1: ["audiences", "strings"], 4: ["expirationSeconds", "integer"] }] },
  SelfSubjectAccessReview: {
    2: [
      "spec",
      {
        1: ["resourceAttributes", resourceAttributes],
        2: ["nonResourceAttributes", { 1: ["path", "string"], 2: ["verb", "string"] }],
      },
    ],
  },
  SelfSubjectRulesReview: { 2: ["spec", { 1: ["namespace", "string"] }] },
  Namespace: { 1: ["metadata", metadata], 2: ["spec", { 1: ["finalizers", "strings"] }] },
  ServiceAccount: { 1: ["metadata", metadata] },
};

/** A map's entries are messages of their own. */
const mapEntry: Message = { 1: ["key", "string"], 2: ["value", "string"] };

/** https://protobuf.dev/programming-guides/encoding/ Throws a RangeError where the bytes end too soon. */
function read(bytes: Uint8Array, message: Message): Record<string, Json | Uint8Array> {
  const result: Record<string, Json | Uint8Array> = {};
  let place = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[place++];
      if (byte === undefined || factor > 2 ** 63) throw new RangeError("a number without an end");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (place < bytes.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire !== 0 && wire !== 2) throw new RangeError(`a wire type ${wire}, which none of these messages has`);
    const value = varint();
    if (wire === 2 && place + value > bytes.length) throw new RangeError("a field that is longer than its message");
    const [name, type] = message[tag >>> 3] ?? [];
    const part = wire === 2 ? bytes.subarray(place, place + value) : undefined;
    if (part) place += value;
    if (name === undefined || type === undefined) continue;
    if (part === undefined) {
      if (type === "integer") result[name] = value;
    } else if (type === "strings") result[name] = [...((result[name] as Json[]) ?? []), Buffer.from(part).toString()];
    else if (type === "string") result[name] = Buffer.from(part).toString();
    else if (type === "bytes") result[name] = part;
    else if (type === "map") result[name] = { ...(result[name] as JsonObject), ...entryOf(part) };
    else if (type !== "integer") result[name] = read(part, type) as JsonObject;
  }
  return result;
}

function entryOf(part: Uint8Array): JsonObject {
  const { key = "", value = "" } = read(part, mapEntry) as { key?: string; value?: string };
  return { [key]: value };
}
