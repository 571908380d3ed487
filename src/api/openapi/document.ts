import type { Parameter } from "./parameters.ts";
import * as parameters from "./parameters.ts";
import { ref } from "./schema.ts";
import { schemas } from "./schemas.ts";

const { timeParameters, cluster, zone, search, nodes, offset, limit, key, kinds, before, format, most } = parameters;

/** What else any of them may answer. */
const refusals = {
  400: { ...content("ApiError"), description: "A parameter is wrong, or there is none of that name." },
  404: {
    ...content("ApiError"),
    description:
      "Nothing is known of that target, cluster or zone; or no history is kept here (`type` is `no-history`).",
  },
  503: { ...content("ApiError"), description: "Too much is asked at once, or the history cannot say now: ask again." },
};

/** `/api/v1` as OpenAPI 3.1 describes it. */
export const openApi = {
  openapi: "3.1.0",
  info: {
    title: "PinGo",
    version: "1",
    summary: "Which nodes could be reached, since when, and how well",
    description: "Read-only. Parameters that are not known are refused.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  paths: {
    "/api/v1/overview": question(
      "overview",
      "Everything at a glance: a headline, clusters, zones, and the nodes that were asked for. `cluster` narrows all of it; `zone`, `search` and `nodes` only the rows of nodes.",
      [...timeParameters, cluster, zone, nodes, search, offset, limit(most.overview)],
      "Overview",
    ),
    "/api/v1/history": question(
      "history",
      "What was measured, by column: of one target (`key`), or of all of a zone, a cluster or everything.",
      [...timeParameters, key("Names a target; cluster and zone are then left out."), cluster, zone],
      "HistoryAnswer",
    ),
    "/api/v1/history/events": question(
      "events",
      "What happened, the newest first.",
      [...timeParameters, key("Of this target alone."), cluster, zone, kinds, before, limit(most.events)],
      "EventsAnswer",
    ),
    "/api/v1/zones": question("zones", "The matrix of zones by time.", [...timeParameters, cluster], "ZonesAnswer"),
    "/api/v1/targets": question(
      "targets",
      "All targets and what is known of them.",
      [cluster, search, offset, limit(most.targets)],
      "TargetsAnswer",
    ),
    "/api/v1/status": {
      get: {
        operationId: "status",
        summary: "PinGo itself, and its history.",
        responses: { 200: content("Status"), ...refusals },
      },
    },
    "/api/v1/events": {
      get: {
        operationId: "live",
        summary: "Server-sent events",
        description:
          'hello: {"nowMs", "startedMs"} at the beginning. change: {"nowMs", "keys", "isMore"} when conditions, nodes or APIs changed, at most once a second; `isMore` where `keys` does not name all. tick: {"nowMs"} every two seconds. Ends after an hour; come again.',
        responses: {
          200: { description: "Events", content: { "text/event-stream": { schema: { type: "string" } } } },
          ...refusals,
        },
      },
    },
    "/api/v1/openapi.json": {
      get: {
        operationId: "openapi",
        summary: "This document.",
        responses: {
          200: { description: "OpenAPI 3.1", content: { "application/json": { schema: { type: "object" } } } },
        },
      },
    },
  },
  components: { schemas },
} as const;

function question(operationId: string, summary: string, own: readonly Parameter[], schema: string) {
  const { description, content: asJson } = content(schema);
  const answered = { description, content: { ...asJson, "text/csv": { schema: { type: "string" } } } };
  return { get: { operationId, summary, parameters: [...own, format], responses: { 200: answered, ...refusals } } };
}

function content(schema: string) {
  return { description: schema, content: { "application/json": { schema: ref(schema) } } };
}
