import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { alreadyExists, conflict, fail, forbiddenDeletion, notFound, ok, type Result } from "./api-status.ts";
import type { JsonObject } from "./json.ts";
import { groupVersionOf, type Kind, kinds, qualified } from "./kinds.ts";
import { asNamespace, isNamespace, lastingNamespaces } from "./namespaces.ts";
import { timestamp } from "./node-object.ts";

export type ObjectMetadata = JsonObject & { name: string; uid: string };

/** An object as it is kept, with its kind. */
export type KeptObject = JsonObject & { metadata: ObjectMetadata };

/** As many as a mistaken loop may make. */
const limit = 10_000;

/** Objects of all kinds but nodes, of one cluster. */
export class ObjectStore {
  readonly #unixMs: () => number;
  /** By kind, namespace and name. */
  readonly #objects = new Map<string, KeptObject>();
  #version = 1_000;

  constructor(unixMs: () => number) {
    this.#unixMs = unixMs;
    const namespaces = kinds.find(isNamespace);
    for (const name of lastingNamespaces) if (namespaces) this.create(namespaces, undefined, { metadata: { name } });
  }

  /** Milliseconds since 1970. */
  get nowUnixMs(): number {
    return this.#unixMs();
  }

  get version(): number {
    return this.#version;
  }

  get(kind: Kind, namespace: string | undefined, name: string): KeptObject | undefined {
    return this.#objects.get(keyOf(kind, namespace, name));
  }

  /** By namespace and name; of all namespaces where none is named. */
  list(kind: Kind, namespace?: string): KeptObject[] {
    const prefix = namespace === undefined ? `${qualified(kind)}/` : `${qualified(kind)}/${namespace}/`;
    return [...this.#objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .toSorted()
      .map((key) => this.#objects.get(key) as KeptObject);
  }

  /** The object gets its uid and its time here. */
  create(kind: Kind, namespace: string | undefined, body: JsonObject & { metadata: JsonObject }): Result<KeptObject> {
    const name = String(body.metadata.name);
    const key = keyOf(kind, namespace, name);
    if (this.#objects.has(key)) return fail(alreadyExists(kind, name));
    if (this.#objects.size >= limit) return fail(conflict(kind, name, `the sandbox keeps ${limit} objects`));
    const homeless = namespace !== undefined && !this.#objects.has(`namespaces//${namespace}`);
    if (homeless) return fail(notFound({ group: "", resource: "namespaces" }, namespace));
    const creationTimestamp = timestamp(this.#unixMs());
    return ok(
      this.#keep(kind, namespace, name, {
        ...body,
        metadata: { ...body.metadata, uid: randomUUID(), creationTimestamp },
      }),
    );
  }

  /** Its uid and its time stay. A resourceVersion that is not the present one is refused. */
  replace(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    body: JsonObject & { metadata: JsonObject },
  ): Result<KeptObject> {
    const current = this.get(kind, namespace, name);
    if (!current) return fail(notFound(kind, name));
    const { uid, creationTimestamp = "", resourceVersion = "" } = current.metadata;
    const wanted = body.metadata.resourceVersion ?? resourceVersion;
    if (wanted !== resourceVersion) return fail(conflict(kind, name, modified));
    const metadata = { ...body.metadata, uid, creationTimestamp, resourceVersion };
    const next = { ...body, metadata };
    if (isDeepStrictEqual(shaped(kind, namespace, name, next), current)) return ok(current);
    return ok(this.#keep(kind, namespace, name, next));
  }

  /** With a namespace goes what is in it. */
  delete(kind: Kind, namespace: string | undefined, name: string): Result<KeptObject> {
    const current = this.get(kind, namespace, name);
    if (!current) return fail(notFound(kind, name));
    if (isNamespace(kind) && lastingNamespaces.includes(name)) return fail(forbiddenDeletion(kind, name));
    this.#objects.delete(keyOf(kind, namespace, name));
    if (isNamespace(kind)) {
      for (const key of [...this.#objects.keys()]) if (key.split("/")[1] === name) this.#objects.delete(key);
    }
    return ok(current);
  }

  #keep(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    body: JsonObject & { metadata: JsonObject },
  ): KeptObject {
    this.#version += 1;
    const metadata = { ...body.metadata, resourceVersion: String(this.#version) };
    const kept = shaped(kind, namespace, name, { ...body, metadata });
    this.#objects.set(keyOf(kind, namespace, name), kept);
    return kept;
  }
}

const modified = "the object has been modified; please apply your changes to the latest version and try again";

function keyOf(kind: Kind, namespace: string | undefined, name: string): string {
  return `${qualified(kind)}/${namespace ?? ""}/${name}`;
}

function shaped(
  kind: Kind,
  namespace: string | undefined,
  name: string,
  body: JsonObject & { metadata: JsonObject },
): KeptObject {
  const whole = isNamespace(kind) ? asNamespace(name, body) : body;
  const metadata = { ...whole.metadata, name, ...(namespace !== undefined && { namespace }) } as ObjectMetadata;
  return { ...whole, kind: kind.kind, apiVersion: groupVersionOf(kind), metadata };
}
