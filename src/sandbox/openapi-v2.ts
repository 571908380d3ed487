import { notAcceptable } from "./api-status.ts";
import { type Exchange, send, sendStatus } from "./exchange.ts";
import { groupVersionOf, type Kind, kinds } from "./kinds.ts";

/**
 * What Helm asks for before it makes a namespace or installs anything; and as a server calls what it sends, since "@" may
 * stand in no media type (RFC 6838, 4.2).
 */
const askedFor = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
const sent = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/** Sends what kinds there are, as OpenAPI v2 in protobuf; nobody wants it in JSON any more. */
export async function answerOpenApiV2(exchange: Exchange): Promise<void> {
  const accepted = (exchange.request.headers.accept ?? "").split(",").map((type) => type.trim());
  if (!accepted.some((type) => type === askedFor || type === sent)) return sendStatus(exchange, notAcceptable());
  return send(exchange, 200, sent, openApiV2);
}

/** A field of a length: https://protobuf.dev/programming-guides/encoding/ */
function field(number: number, ...parts: (string | Buffer)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

/**
 * A kind of which every field is taken, as the sandbox takes it: a NamedSchema of the type "object" without properties.
 * The numbers are those of the messages in gnostic's OpenAPIv2.proto, which Kubernetes has this from.
 */
function definitionOf(kind: Kind): Buffer {
  const name = `${groupVersionOf(kind).replace("/", ".")}.${kind.kind}`;
  const isOf = JSON.stringify([{ group: kind.group, kind: kind.kind, version: kind.version }]);
  // NamedAny { name, value: Any { yaml } }
  const extension = field(31, field(1, "x-kubernetes-group-version-kind"), field(2, field(2, isOf)));
  const schema = [field(22, field(1, "object")), extension];
  return field(1, field(1, name), field(2, ...schema));
}

// Document { swagger, info: Info { title, version }, definitions }
const info = field(2, field(1, "Kubernetes"), field(2, "v1"));
const openApiV2 = Buffer.concat([field(1, "2.0"), info, field(9, ...kinds.map(definitionOf))]);
