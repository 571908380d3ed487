import assert from "node:assert/strict";
import { test } from "node:test";
import { stringify } from "yaml";
import { loadKubeconfig } from "../../../../src/targets/kubernetes/credentials/load-kubeconfig.ts";
import { resolveContext } from "../../../../src/targets/kubernetes/credentials/resolve-context.ts";
import { base64, firstPem } from "../../../config/certificates.ts";
import { Files } from "./files.ts";

/** A generator of the same numbers from 0 to 1 each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const whole = {
  apiVersion: "v1",
  kind: "Config",
  "current-context": "x",
  contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
  clusters: [
    {
      name: "c",
      cluster: {
        server: "https://192.0.2.1:6443/path",
        "certificate-authority-data": base64(firstPem),
        "certificate-authority": "ca.crt",
        "tls-server-name": "api.example",
        "insecure-skip-tls-verify": false,
        "proxy-url": "http://u:p@proxy.example:3128",
        extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "x" } }],
      },
    },
  ],
  users: [
    {
      name: "u",
      user: {
        token: "abc",
        tokenFile: "token",
        username: "",
        "client-certificate-data": "",
        as: "jane",
        "as-groups": ["a"],
        "as-user-extra": { a: ["b"] },
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "aws",
          args: ["a"],
          env: [{ name: "A", value: "b" }],
          interactiveMode: "Never",
        },
      },
    },
  ],
};

const values = [
  null,
  true,
  -1,
  1.5,
  "",
  "x",
  "*",
  "https://",
  "\0",
  "\ud800",
  [],
  [null],
  [[]],
  {},
  { name: "u" },
  "__proto__",
];

/** Every place in an object, as the keys that lead there. */
function placesIn(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...placesIn(inner).map((rest) => [key, ...rest])]);
}

/** Puts another value in a random place of an object, or takes what is there away. */
function mutateValue(object: Record<string, unknown>, random: () => number): Record<string, unknown> {
  const copy = structuredClone(object);
  const places = placesIn(copy);
  const place = places[Math.floor(random() * places.length)] ?? [];
  const last = place.pop() ?? "";
  let parent = copy;
  for (const key of place) parent = parent[key] as Record<string, unknown>;
  if (random() < 0.2) delete parent[last];
  else parent[last] = values[Math.floor(random() * values.length)];
  return copy;
}

const noise = [
  "{",
  "}",
  "[",
  "]",
  ":",
  "&a ",
  "*a",
  "|",
  ">",
  "'",
  '"',
  "\n",
  "\t",
  "- ",
  "!!binary ",
  "<<: ",
  "\u0000",
  "%",
];

/** Cuts, doubles, or puts noise into a text. */
function mutateText(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const to = at + Math.floor(random() * 20);
  if (random() < 0.3) return text.slice(0, at) + text.slice(to);
  if (random() < 0.3) return text.slice(0, to) + text.slice(at);
  return text.slice(0, at) + noise[Math.floor(random() * noise.length)] + text.slice(at);
}

test("4,000 kubeconfigs gone wrong: each is taken or refused in sentences, none throws", async () => {
  const random = seeded(20_260_102);
  const counts = { taken: 0, refused: 0 };
  for (let round = 0; round < 4_000; round++) {
    let object: Record<string, unknown> = whole;
    for (let times = Math.floor(random() * 3); times >= 0; times--) object = mutateValue(object, random);
    let text = stringify(object) ?? "";
    for (let times = Math.floor(random() * 4) - 1; times > 0; times--) text = mutateText(text, random);
    const files = new Files({ "/k/config": text, "/k/token": "from-a-file", "/k/ca.crt": firstPem });
    const loaded = await loadKubeconfig({ flag: ["/k/config"], readFile: files.read });
    const sources = { env: {}, readFile: files.read };
    const result = "problems" in loaded ? loaded : resolveContext(loaded.kubeconfig, undefined, sources);
    if ("problems" in result) {
      counts.refused++;
      assert.ok(result.problems.length > 0, text);
      assert.ok(
        result.problems.every((problem) => problem.includes("/k/config")),
        result.problems.join("\n"),
      );
    } else {
      counts.taken++;
      assert.match(result.access.server.protocol, /^https?:$/);
    }
  }
  // Neither is so rare that nothing was tried.
  assert.ok(counts.taken > 200 && counts.refused > 200, JSON.stringify(counts));
});
