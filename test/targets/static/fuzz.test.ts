import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import * as yaml from "yaml";
import { parseTargetFile } from "../../../src/targets/static/parse-target-file.ts";
import { randomNumbers } from "../../support/random-numbers.ts";

const seed = 20_260_102;
const rounds = 5_000;

const files = [
  "# ours\n- db.example.com:5432\n- host: 192.0.2.1\n  port: 22\n  name: a\n  labels: {zone: z, os: linux}\n  resolve: all\n",
  "targets:\n  - &d {address: '2001:db8::1', port: 10250, zone: z}\n  - {<<: *d, port: 1}\n  - '[::1]:80'\n",
  '[{"targets": ["192.0.2.1:9100", "[2001:db8::1]:9100"], "labels": {"zone": "z", "__meta_x": "y"}}, {"targets": []}]',
  "- targets:\n    - a:1\n    - b:2\n  labels:\n    job: j\n    region: >-\n      r\n- c:3\n",
];
const fragments = [
  ..."{}[]:,-&*!|>'\"%@`#?\t\n\r \0\u2028\uFEFF\ud800",
  "- ",
  "\n- ",
  "<<: *d",
  "&d ",
  "__proto__: ",
  "constructor: ",
  "null",
  "1e999",
  "---\n",
  "...\n",
  "!!binary ",
  "? ",
  "%YAML 1.1\n",
  "targets:",
  "labels:",
  "port: 99999999999",
  "host: ",
];

function mutate(text: string, random: (below: number) => number): string {
  let mutant = text;
  for (let times = 1 + random(2); times > 0; times--) {
    const at = random(mutant.length + 1);
    const [from, to] = [random(text.length), random(30)];
    const put = [
      fragments[random(fragments.length)] ?? "",
      text.slice(from, from + to),
      "",
      String.fromCharCode(random(65_536)),
    ];
    mutant = mutant.slice(0, at) + (put[random(put.length)] ?? "") + mutant.slice(at + random(12));
  }
  return mutant;
}

test(`${rounds} mutated files give entries that make sense, or sentences, and never an exception`, () => {
  const random = randomNumbers(seed);
  let read = 0;
  for (let round = 0; round < rounds; round++) {
    const text = mutate(files[random(files.length)] ?? "", random);
    const parsed = parseTargetFile(text, "f", yaml);
    if ("problems" in parsed) {
      assert.ok(parsed.problems.length > 0);
      for (const problem of parsed.problems) assert.match(problem, /^f(:\d+)?: \S/, text);
      continue;
    }
    read++;
    for (const entry of parsed.entries) {
      assert.ok(Number.isInteger(entry.port) && entry.port >= 1 && entry.port <= 65_535, text);
      assert.ok(isIP(entry.host) !== 0 || /^[a-z0-9_][a-z0-9._-]*$/.test(entry.host), text);
      for (const value of [entry.name, entry.zone, entry.region, entry.instanceType, entry.os]) {
        assert.equal(typeof value, "string", text);
        assert.doesNotMatch(value, /[\p{Cc}\u2028\u2029]/u, text);
      }
      assert.notEqual(entry.name, "", text);
    }
  }
  // Were nearly all refused, the checks above would say little.
  assert.ok(read > rounds / 20 && read < rounds, `${read} of ${rounds} could be read`);
});
