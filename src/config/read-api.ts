import type { PemSource } from "../targets/kubernetes/credentials/access-spec.ts";
import type { TokenConfig } from "../targets/kubernetes/token.ts";
import type { ApiConfig, SourceConfig } from "./config.ts";
import { type OptionValues, options } from "./options.ts";
import { readNamedFile, type Settings, type Sources } from "./settings.ts";
import { caPem } from "./values.ts";

/** The API that options name, with its token and authority; undefined where none is named or it cannot be used. */
export function readApi(
  values: OptionValues,
  settings: Settings,
  sources: Sources,
  problems: string[],
): ApiConfig | undefined {
  const beside = (["token", "token-file", "ca", "ca-file"] as const).filter((name) => settings.given(name));
  // Others find their API in a kubeconfig or in the pod, after this.
  if (!settings.given("api") && beside.length === 0) return undefined;
  const token = readToken(values, settings, sources, problems);
  const ca = readCa(values, settings, sources, problems);
  if (token?.from === "none" && !/^\s*http:/i.test(settings.text("api") ?? "")) {
    problems.push("no token is given: none of --token, PINGO_TOKEN, --token-file, PINGO_TOKEN_FILE is set");
  }
  if (!settings.given("api")) {
    const given = beside.map((name) => settings.source(name)).join(", ");
    problems.push(`${given}: no API is named; set --api or PINGO_API, e.g. PINGO_API=https://192.0.2.1:6443`);
    return undefined;
  }
  if (values.api === undefined) return undefined;
  const { url, name } = values.api;
  if (url.protocol === "http:") {
    if (token !== undefined && token.from !== "none" && !isLoopback(url)) {
      problems.push(
        `${settings.source("api")}: the token would cross the network in clear; use https, or http only to this machine`,
      );
    }
    if (ca !== undefined) problems.push(`${settings.source("api")}: a CA is given, but http:// checks none; use https`);
  }
  return { name, url, ca, token: token ?? { from: "none" } };
}

/** Which of the ways to targets the user chose; what is there is found out by findClusters(). */
export function readSources(
  values: OptionValues,
  settings: Settings,
  api: ApiConfig | undefined,
  problems: string[],
): Omit<SourceConfig, "overrides"> {
  const contexts = values.context ?? [];
  const byFlag = settings.isFlag("kubeconfig");
  if (api !== undefined && contexts.length > 0) {
    problems.push(`${settings.source("context")}: contexts are a kubeconfig's; leave ${settings.source("api")} out`);
  }
  if (api !== undefined && byFlag) {
    problems.push(`--kubeconfig and ${settings.source("api")} are both given; leave one of them out`);
  }
  return {
    api,
    kubeconfigFlag: byFlag ? values.kubeconfig : undefined,
    kubeconfigVariable: byFlag ? undefined : values.kubeconfig,
    contexts,
    targetsFile: values.targets,
  };
}

/** Undefined where one is given that cannot be used. */
function readToken(
  values: OptionValues,
  settings: Settings,
  sources: Sources,
  problems: string[],
): TokenConfig | undefined {
  const chosen = settings.choose("token", "token-file");
  if (chosen === undefined) return { from: "none" };
  if (chosen === "token") return values.token === undefined ? undefined : { from: "value", token: values.token };
  const path = values["token-file"] ?? "";
  const text = readNamedFile(path, settings.source("token-file"), sources, problems);
  if (text === undefined) return undefined;
  const parsed = options.token.parse(text.trim());
  if ("problem" in parsed) problems.push(`${settings.source("token-file")}: the token in ${path} ${parsed.problem}`);
  return { from: "file", path };
}

function readCa(values: OptionValues, settings: Settings, sources: Sources, problems: string[]): PemSource | undefined {
  if (settings.choose("ca", "ca-file") !== "ca-file") {
    return values.ca === undefined ? undefined : { from: "data", pem: values.ca };
  }
  const path = values["ca-file"] ?? "";
  const text = readNamedFile(path, settings.source("ca-file"), sources, problems);
  if (text === undefined) return undefined;
  const parsed = caPem(text);
  if ("problem" in parsed) problems.push(`${settings.source("ca-file")}: ${path} ${parsed.problem}`);
  return { from: "file", path };
}

function isLoopback(url: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}
