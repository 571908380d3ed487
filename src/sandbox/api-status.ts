import type { JsonObject } from "./json.ts";
import { type Kind, qualified } from "./kinds.ts";
import type { Attributes } from "./rbac.ts";

/**
 * The body of every answer that is no object: what went wrong, in the words of a real API server.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
 */
export type ApiStatus = {
  kind: "Status";
  apiVersion: "v1";
  metadata: JsonObject;
  status: "Failure" | "Success";
  message?: string;
  reason?: string;
  details?: JsonObject;
  /** The HTTP status code. Success bodies of a real server carry none. */
  code?: number;
};

/** Either the value, or the status to answer with. */
export type Result<T> = { ok: true; value: T } | { ok: false; status: ApiStatus };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(status: ApiStatus): { ok: false; status: ApiStatus } {
  return { ok: false, status };
}

// The order of the keys is the real server's, so that bodies can be compared byte by byte.
function failure(code: number, reason: string, message: string, details?: JsonObject): ApiStatus {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(details && { details }),
    code,
  };
}

export function unauthorized(): ApiStatus {
  return failure(401, "Unauthorized", "Unauthorized");
}

/** A resource as messages name it. */
type Resource = Pick<Kind, "group" | "resource">;

/** Who may not do what, in the words of RBAC's refusals. */
export function forbidden(user: string, attributes: Attributes): ApiStatus {
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const kind = qualified({ group, resource });
  const what = name === undefined ? kind : `${kind} ${JSON.stringify(name)}`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message = `${what} is forbidden: User "${user}" cannot ${verb} resource "${full}" in API group "${group}" ${where}`;
  return failure(403, "Forbidden", message, detailsOf({ group, resource }, name));
}

function detailsOf({ group, resource }: Resource, name?: string): JsonObject {
  return { ...(name !== undefined && { name }), ...(group !== "" && { group }), kind: resource };
}

export function notFound(resource: Resource, name: string): ApiStatus {
  return failure(404, "NotFound", `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));
}

export function alreadyExists(resource: Resource, name: string): ApiStatus {
  return failure(409, "AlreadyExists", `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name));
}

/** What the cluster itself stands on (the admission plugin NamespaceLifecycle). */
export function forbiddenDeletion(resource: Resource, name: string): ApiStatus {
  const message = `${qualified(resource)} "${name}" is forbidden: this namespace may not be deleted`;
  return failure(403, "Forbidden", message, detailsOf(resource, name));
}

export function conflict(resource: Resource, name: string, cause: string): ApiStatus {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${cause}`;
  return failure(409, "Conflict", message, detailsOf(resource, name));
}

const nodes: Resource = { group: "", resource: "nodes" };

export function nodeNotFound(name: string): ApiStatus {
  return notFound(nodes, name);
}

export function pathNotFound(): ApiStatus {
  return failure(404, "NotFound", "the server could not find the requested resource", {});
}

export function methodNotAllowed(): ApiStatus {
  return failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

export function notAcceptable(): ApiStatus {
  return failure(406, "NotAcceptable", "only the following media types are accepted: application/json");
}

export function nodeAlreadyExists(name: string): ApiStatus {
  return alreadyExists(nodes, name);
}

export function nodeConflict(name: string, cause: string): ApiStatus {
  return conflict(nodes, name, cause);
}

export function badRequest(message: string): ApiStatus {
  return failure(400, "BadRequest", message);
}

/** For an object that can be read but may not be: 422, with the field that is to blame. */
export function invalidNode(name: string, field: string, problem: string): ApiStatus {
  const message = `Node "${name}" is invalid: ${field}: ${problem}`;
  const causes = [{ reason: "FieldValueInvalid", message: problem, field }];
  return failure(422, "Invalid", message, { name, kind: "Node", causes });
}

/** A combination of a list's or watch's parameters that is not allowed. */
export function forbiddenOption(field: string, problem: string): ApiStatus {
  const message = `ListOptions.meta.k8s.io "" is invalid: ${field}: Forbidden: ${problem}`;
  const causes = [{ reason: "FieldValueForbidden", message: `Forbidden: ${problem}`, field }];
  return failure(422, "Invalid", message, { group: "meta.k8s.io", kind: "ListOptions", causes });
}

export function bodyTooLarge(limitBytes: number): ApiStatus {
  return failure(413, "RequestEntityTooLarge", `the request body is larger than ${limitBytes} bytes`);
}

export function unsupportedMediaType(contentType: string, accepted: readonly string[]): ApiStatus {
  const message = `the body of the request was in an unknown format (${contentType}) - accepted media types include: ${accepted.join(", ")}`;
  return failure(415, "UnsupportedMediaType", message);
}

/** A watch from a version whose events are forgotten; comes as an event in a stream of status 200. */
export function watchExpired(version: number, oldestVersion: number): ApiStatus {
  return failure(410, "Expired", `too old resource version: ${version} (${oldestVersion})`);
}

export function continueExpired(): ApiStatus {
  return failure(410, "Expired", "The provided continue parameter is too old to display a consistent list result.");
}

/** A version the server has not reached, as a client asks for after the server's store went back in time. */
export function versionTooLarge(version: number, currentVersion: number): ApiStatus {
  const message = `Too large resource version: ${version}, current: ${currentVersion}`;
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  return failure(504, "Timeout", message, { causes, retryAfterSeconds: 1 });
}

export function internalError(message: string): ApiStatus {
  return failure(500, "InternalError", message);
}

const faultReasons: { [code: number]: string } = { 410: "Expired", 429: "TooManyRequests", 503: "ServiceUnavailable" };

/** What a fault that was switched on answers; `code` is any HTTP error. */
export function faulty(code: number): ApiStatus {
  return failure(code, faultReasons[code] ?? "InternalError", "the sandbox was told to answer so");
}

export function nodeDeleted(name: string, uid: string): ApiStatus {
  return deleted(nodes, name, uid);
}

export function deleted(resource: Resource, name: string, uid: string): ApiStatus {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { ...detailsOf(resource, name), uid },
  };
}
