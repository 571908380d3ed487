import { may } from "./access.ts";
import { type Exchange, readBody, sendJson, sendStatus } from "./exchange.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import type { Attributes } from "./rbac.ts";

const reviews = "/apis/authorization.k8s.io/v1/";

/** Whether a path asks what the one who asks may do: https://kubernetes.io/docs/reference/access-authn-authz/authorization/ */
export function isReview(pathname: string): boolean {
  return pathname === `${reviews}selfsubjectaccessreviews` || pathname === `${reviews}selfsubjectrulesreviews`;
}

/** Everybody may ask this of himself. */
export async function answerReview(exchange: Exchange): Promise<void> {
  const body = await readBody(exchange);
  if (!body.ok) return sendStatus(exchange, body.status);
  const review = isJsonObject(body.value) ? body.value : {};
  const spec = isJsonObject(review.spec) ? review.spec : {};
  const isOfRules = exchange.url.pathname.endsWith("selfsubjectrulesreviews");
  const status = isOfRules ? rulesStatus(exchange) : accessStatus(exchange, spec);
  return sendJson(exchange, 201, { ...review, metadata: {}, spec, status });
}

function accessStatus({ user }: Exchange, { resourceAttributes }: JsonObject): JsonObject {
  if (!isJsonObject(resourceAttributes)) return { allowed: user?.admin === true };
  const text = (key: string) => String(resourceAttributes[key] ?? "");
  const optional = (key: string) => (text(key) === "" ? {} : { [key]: text(key) });
  const attributes: Attributes = {
    verb: text("verb"),
    group: text("group"),
    resource: text("resource"),
    ...optional("subresource"),
    ...optional("namespace"),
    ...optional("name"),
  };
  return { allowed: may(user, attributes) };
}

function rulesStatus({ user }: Exchange): JsonObject {
  const all = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], resourceNames: [] }];
  const rules = user?.admin ? all : (user?.rules() ?? []);
  const resourceRules = rules.map((rule) => {
    const [verbs, apiGroups, resources] = [rule.verbs, rule.apiGroups, rule.resources].map((list) => [...list]);
    return { verbs: verbs ?? [], apiGroups: apiGroups ?? [], resources: resources ?? [] };
  });
  return { resourceRules, nonResourceRules: [], incomplete: false };
}
