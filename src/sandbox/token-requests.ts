import type { Clock } from "../clock.ts";
import { type Access, may } from "./access.ts";
import { type ApiStatus, badRequest, forbidden, methodNotAllowed, notFound } from "./api-status.ts";
import { type Exchange, readBody, sendJson, sendStatus } from "./exchange.ts";
import { isJsonObject } from "./json.ts";
import { kinds } from "./kinds.ts";
import { timestamp } from "./node-object.ts";
import type { ObjectPath } from "./object-path.ts";
import type { KeptObject, ObjectStore } from "./object-store.ts";
import { rulesOf, userNameOf } from "./rbac.ts";

const shortestSeconds = 600;
const longestSeconds = 365 * 24 * 3_600;

/** Whether a path asks for a token of a ServiceAccount. */
export function isTokenRequest({ kind, subresource }: ObjectPath): boolean {
  return kind.resource === "serviceaccounts" && subresource === "token";
}

/**
 * A token that ends by itself and with its account, as `kubectl create token` asks for it:
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 * Ours is no JWT, which is nobody's business but the API server's.
 */
export async function answerTokenRequest(
  exchange: Exchange,
  { path, objects, access, clock }: { path: ObjectPath; objects: ObjectStore; access: Access; clock: Clock },
): Promise<void> {
  const { kind, namespace = "", name = "" } = path;
  const refusal = tokenRefusal(exchange, path);
  if (refusal) return sendStatus(exchange, refusal);
  const body = await readBody(exchange);
  if (!body.ok) return sendStatus(exchange, body.status);
  const account = objects.get(kind, namespace, name);
  if (!account) return sendStatus(exchange, notFound(kind, name));
  const request = isJsonObject(body.value) ? body.value : {};
  const spec = isJsonObject(request.spec) ? request.spec : {};
  const wantedSeconds = Number(spec.expirationSeconds ?? 3_600);
  if (!(wantedSeconds >= shortestSeconds)) {
    return sendStatus(exchange, badRequest(`spec.expirationSeconds: may not be less than ${shortestSeconds}`));
  }
  const endUnixMs = clock.unixMs() + Math.min(wantedSeconds, longestSeconds) * 1_000;
  const token = access.grantTo({
    name: userNameOf({ namespace, name }),
    admin: false,
    rules: () => boundRules(objects, { namespace, name }),
    isValid: () => clock.unixMs() < endUnixMs && isSame(objects.get(kind, namespace, name), account),
  });
  const status = { token, expirationTimestamp: timestamp(endUnixMs) };
  const metadata = { name, namespace, creationTimestamp: timestamp(clock.unixMs()) };
  const head = { kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1" };
  return sendJson(exchange, 201, { ...head, metadata, spec, status });
}

function tokenRefusal({ request, user }: Exchange, { kind, ...where }: ObjectPath): ApiStatus | undefined {
  if (request.method !== "POST") return methodNotAllowed();
  const attributes = { verb: "create", group: kind.group, resource: kind.resource, ...where };
  return may(user, attributes) ? undefined : forbidden(user?.name ?? "system:anonymous", attributes);
}

function isSame(now: KeptObject | undefined, then: KeptObject): boolean {
  return now?.metadata.uid === then.metadata.uid;
}

function boundRules(objects: ObjectStore, account: { namespace: string; name: string }) {
  const all = (wanted: string) =>
    kinds.filter(({ resource }) => resource === wanted).flatMap((kind) => objects.list(kind));
  return rulesOf(account, all("clusterroles"), all("clusterrolebindings"));
}
