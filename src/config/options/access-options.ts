import { parseEndpoint } from "../../top/endpoint.ts";
import * as values from "../values.ts";
import { asking, defaulted, optional, selecting } from "./option.ts";

/** Those for which there is a script of completion. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** Which server or API is asked and as whom, and the files that say it. */
export const accessOptions = {
  url: defaulted({
    env: "PINGO_TOP_URL",
    argument: "URL",
    meaning: "where a PinGo serves, also unix:/path; a user and a password may be in it",
    fallback: "http://localhost:8080",
    commands: ["top"],
    parse: parseEndpoint,
  }),
  shell: optional({
    argument: "SHELL",
    meaning: "bash, zsh or fish",
    commands: ["completion"],
    parse: values.oneOf(shells),
  }),
  user: optional({
    env: "PINGO_TOP_USER",
    argument: "NAME:PASSWORD",
    meaning: "who asks; as a flag it can be seen in the list of processes",
    commands: ["top"],
    parse: values.userAndPassword,
  }),
  config: optional({
    env: "PINGO_CONFIG",
    argument: "FILE",
    meaning: "file of options, YAML, e.g. probe: 5s; flags and variables beat it",
    commands: selecting,
    parse: values.anyText,
  }),
  api: optional({
    env: "PINGO_API",
    argument: "URL",
    meaning: "URL of the Kubernetes API (default: the kubeconfig's, then the pod's own)",
    commands: asking,
    parse: values.apiUrl,
  }),
  token: optional({
    env: "PINGO_TOKEN",
    argument: "TOKEN",
    meaning: "bearer token; as a flag it can be seen in the list of processes",
    insteadOf: "token-file",
    commands: asking,
    parse: values.token,
  }),
  "token-file": optional({
    env: "PINGO_TOKEN_FILE",
    argument: "FILE",
    meaning: "file with the bearer token; read again when it changes",
    insteadOf: "token",
    commands: asking,
    parse: values.anyText,
  }),
  ca: optional({
    env: "PINGO_CA",
    argument: "BASE64",
    meaning: "the API's certificate authority, base64 of PEM (default: the system's)",
    insteadOf: "ca-file",
    commands: asking,
    parse: values.caBase64,
  }),
  "ca-file": optional({
    env: "PINGO_CA_FILE",
    argument: "FILE",
    meaning: "file with the API's certificate authority, PEM",
    envs: { top: "PINGO_TOP_CA_FILE" },
    meanings: { top: "file with the server's certificate authority, PEM (default: the system's)" },
    insteadOf: "ca",
    commands: [...asking, "top"],
    parse: values.anyText,
  }),
  "cert-file": optional({
    env: "PINGO_TOP_CERT_FILE",
    argument: "FILE",
    meaning: "client certificate, PEM, where the server asks for one",
    commands: ["top"],
    parse: values.anyText,
  }),
  "key-file": optional({
    env: "PINGO_TOP_KEY_FILE",
    argument: "FILE",
    meaning: "its key, PEM",
    commands: ["top"],
    parse: values.anyText,
  }),
  kubeconfig: optional({
    env: "KUBECONFIG",
    argument: "FILE",
    meaning: "kubeconfig instead of --api, as for kubectl (default: ~/.kube/config)",
    commands: asking,
    parse: values.anyText,
  }),
  context: optional({
    env: "PINGO_CONTEXT",
    argument: "NAME",
    meaning: "context of the kubeconfig; can be repeated (default: the current one)",
    repeats: true,
    commands: asking,
    parse: values.list(values.anyText),
  }),
  targets: optional({
    env: "PINGO_TARGETS",
    argument: "FILE",
    meaning: "file of targets beside an API or instead of one; read again when it changes",
    commands: asking,
    parse: values.anyText,
  }),
} as const;
