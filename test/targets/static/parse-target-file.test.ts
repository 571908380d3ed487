import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as yaml from "yaml";
import { maxEntries, parseTargetFile, parseTargetFileInSteps } from "../../../src/targets/static/parse-target-file.ts";
import type { StaticEntry } from "../../../src/targets/static/static-entry.ts";

const parse = (text: string) => parseTargetFile(text, "t.yaml", yaml);

/** An entry in one line: what it is called, where it is, and its labels where it has any. */
function show(entry: StaticEntry): string {
  const labels = [entry.zone, entry.region, entry.instanceType, entry.os].join(",");
  const name = entry.name === entry.host ? "" : `${entry.name}=`;
  return `${name}${entry.host}|${entry.port}${labels === ",,," ? "" : ` ${labels}`}${entry.resolve === "all" ? " all" : ""}`;
}

function entriesOf(text: string): string[] {
  const read = parse(text);
  assert.ok("entries" in read, JSON.stringify(read));
  return read.entries.map(show);
}

function problemsOf(text: string): readonly string[] {
  const read = parse(text);
  assert.ok("problems" in read, JSON.stringify(read));
  return read.problems;
}

describe("a targets file", () => {
  const good: [what: string, text: string, entries: string[]][] = [
    ["names hosts in short", "- db.example.com:5432\n- 192.0.2.7:22\n", ["db.example.com|5432", "192.0.2.7|22"]],
    ["has IPv6 addresses in brackets", '- "[2001:DB8:0:0::7]:22"\n', ["2001:db8::7|22"]],
    ["has maps", "- {host: a, port: 1}\n- {address: 192.0.2.1, port: '2', name: b}\n", ["a|1", "b=192.0.2.1|2"]],
    [
      "has IPv6 addresses in maps",
      "- {host: '2001:db8::1', port: 1}\n- {host: '[2001:db8::2]', port: 1}",
      ["2001:db8::1|1", "2001:db8::2|1"],
    ],
    ["has the port with the host in a map", "- host: a:1\n  zone: z\n", ["a|1 z,,,"]],
    ["has a list under targets", "targets:\n  - a:1\n  - host: b\n    port: 2\n", ["a|1", "b|2"]],
    ["has labels", "- {host: a, port: 1, zone: z, region: r, instance_type: i, os: o}", ["a|1 z,r,i,o"]],
    ["has labels under labels", "- {host: a, port: 1, region: r, labels: {zone: z, os: o}}", ["a|1 z,r,,o"]],
    [
      "keeps what YAML would take for a number or a truth",
      "- {host: a, port: 1, zone: 1.10, os: no, name: 007}",
      ["007=a|1 1.10,,,no"],
    ],
    [
      "wants all addresses",
      "- {host: a, port: 1, resolve: all}\n- {host: b, port: 1, resolve: first}",
      ["a|1 all", "b|1"],
    ],
    [
      "has names in capitals, with a last dot, beyond ASCII",
      "- DB.Example.COM:1\n- a.b.:1\n- bücher.example:1",
      ["db.example.com|1", "a.b.|1", "xn--bcher-kva.example|1"],
    ],
    ["has names with underscores", "- _a.b_c:1", ["_a.b_c|1"]],
    ["has empty fields", "- host: a\n  port: 1\n  zone:\n  labels:\n", ["a|1"]],
    [
      "uses anchors and merge keys",
      "- &d {host: a, port: 1, zone: z}\n- {<<: *d, host: b}\n- {<<: *d, port: 2}",
      ["a|1 z,,,", "b|1 z,,,", "a|2 z,,,"],
    ],
    ["begins with three dashes and comments", "# mine\n---\n# x\n- a:1 # here\n", ["a|1"]],
    ["has Windows' line ends and a byte order mark", "\uFEFF- a:1\r\n- host: b\r\n  port: 2\r\n", ["a|1", "b|2"]],
    ["is JSON", '[{"host": "a", "port": 1, "labels": {"zone": "z"}}, "b:2"]', ["a|1 z,,,", "b|2"]],
    ["is JSON with targets", '{"targets": [{"address": "192.0.2.1", "port": "1"}]}', ["192.0.2.1|1"]],
    ["is JSON with a comma too many and a comment", '["a:1", # one\n "b:2",]', ["a|1", "b|2"]],
    ["says of one host two names", "- {host: a, port: 1, name: x}\n- {host: a, port: 1, name: y}", ["x=a|1", "y=a|1"]],
    ["repeats itself", "- a:1\n- {host: A, port: 1}\n- a:1", ["a|1"]],
    ["has no target, and says so", "[]", []],
    ["has no target under targets", "targets: []", []],
    // https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config
    [
      "is file_sd in JSON",
      '[{"targets": ["192.0.2.1:9100", "[2001:db8::1]:9100"], "labels": {"zone": "z", "job": "j", "__meta_x": "y"}}]',
      ["192.0.2.1|9100 z,,,", "2001:db8::1|9100 z,,,"],
    ],
    [
      "is file_sd in YAML",
      "- targets:\n  - a:1\n  - b:2\n  labels:\n    region: r\n    instance_type: i\n    os: o\n    env: prod\n- targets: ['c:3']\n",
      ["a|1 ,r,i,o", "b|2 ,r,i,o", "c|3"],
    ],
    [
      "is file_sd with names",
      "- targets: [a:1]\n  labels: {name: x, node: y}\n- targets: [b:1]\n  labels: {node: z}",
      ["x=a|1", "z=b|1"],
    ],
    ["is file_sd with a cluster, which is the file's own", "- {targets: [a:1], labels: {cluster: c}}", ["a|1"]],
    [
      "is file_sd that repeats a target with other labels: the first counts",
      "- targets: [a:1, a:1]\n- {targets: [a:1], labels: {zone: z}}",
      ["a|1"],
    ],
    [
      "is file_sd with empty groups",
      '[{"targets": null}, {"targets": [], "labels": null}, {"targets": ["a:1"]}]',
      ["a|1"],
    ],
    ["mixes both", "- a:1\n- targets: [b:2]\n", ["a|1", "b|2"]],
  ];
  for (const [what, text, entries] of good) test(what, () => assert.deepEqual(entriesOf(text), entries));

  const bad: [what: string, text: string, problems: (string | RegExp)[]][] = [
    ["is empty", "", [/^t\.yaml: holds nothing; write a list of targets.*or \[\] for no target at all$/]],
    ["is a comment", "# nothing\n", [/holds nothing/]],
    ["has nothing under targets", "targets:\n", [/^t\.yaml:1: "targets" is empty; /]],
    ["is a text", "hello\n", [/^t\.yaml:1: is the text "hello"; write a list/]],
    ["is a map of something else", "hosts: [a:1]\n", [/^t\.yaml:1: is a map; write a list/]],
    ["is JSON of something else", "{}", [/is a map; /]],
    [
      "is a group of file_sd without a list",
      "targets: [a:1]\nlabels: {zone: z}\n",
      [
        't.yaml:2: "labels" is not known here; a group of Prometheus\' file_sd stands in a list: write "- " before "targets"',
      ],
    ],
    ["is no YAML", "- {host: a\n- b", [/^t\.yaml:\d: is not YAML: /]],
    [
      "is cut off JSON",
      '[{"host": "a", "port": 1}, {"ho',
      [/^t\.yaml:1: is not YAML: Missing closing "quote/, /Flow map.* end with a }/, /Flow sequence must end/],
    ],
    ["has two documents", "- a:1\n---\n- b:1\n", [/^t\.yaml:2: is not YAML: Source contains multiple documents/]],
    [
      "has a key twice",
      "- host: a\n  host: b\n  port: 1\n",
      [/^t\.yaml:2: is not YAML that can be read: key "host" stands twice in one map/],
    ],
    [
      "has an alias of nothing",
      "- *nothing\n",
      [/^t\.yaml:1: is not YAML that can be read: \*nothing has no anchor &nothing before it/],
    ],
    [
      "holds itself",
      "- &b {host: *b, port: 1}\n",
      [/^t\.yaml:1: is not YAML that can be read: \*b has no anchor &b before it/],
    ],
    [
      "has no port",
      "- db.example.com\n- '2001:db8::1'\n- {host: a}\n",
      [
        't.yaml:1: entry 1 "db.example.com" has no port; write it like db.example.com:10250',
        't.yaml:2: entry 2 "2001:db8::1" has no port; write it like [2001:db8::1]:10250',
        't.yaml:3: entry 3 "a" has no port; write it like a:10250',
      ],
    ],
    [
      "has no host",
      "- {port: 1}\n- ':1'\n- {labels: {zone: z}}\n",
      [
        't.yaml:1: entry 1 has no "host"; write an IP address or a DNS name',
        't.yaml:2: entry 2 host "" is no name of a host; write an IP address or a DNS name',
        't.yaml:3: entry 3 has no "host"; write an IP address or a DNS name',
      ],
    ],
    [
      "has ports that are none",
      "- a:0\n- a:65536\n- a:http\n- {host: a, port: 1.5}\n- {host: a, port: [1]}\n- {host: a, port: }\n",
      [
        't.yaml:1: entry 1 port "0" will not do; write a whole number from 1 to 65535',
        /^t\.yaml:2: entry 2 port "65536"/,
        /^t\.yaml:3: entry 3 port "http"/,
        /^t\.yaml:4: entry 4 port "1.5"/,
        't.yaml:5: entry 5 "port" is a list; write a whole number from 1 to 65535',
        /^t\.yaml:6: entry 6 port ""/,
      ],
    ],
    [
      "has hosts that are none",
      "- https://a.example/x:443\n- 10.1:1\n- 192.0.2.256:1\n- a..b:1\n- -a:1\n- a b:1\n- '[::g]:1'\n",
      [
        /^t\.yaml:1: entry 1 host "https" is no|^t\.yaml:1: entry 1 host "https:\/\/a\.example\/x:443" is a URL/,
        /^t\.yaml:2: entry 2 host "10\.1" is no IP address in full/,
        /^t\.yaml:3: entry 3 host "192\.0\.2\.256" is no IP address in full/,
        /^t\.yaml:4: entry 4 host "a\.\.b" is no name/,
        /^t\.yaml:5: entry 5 host "-a" is no name/,
        /^t\.yaml:6: entry 6 host "a b" is no name/,
        /^t\.yaml:7: entry 7 "::g" in brackets is no IPv6 address/,
      ],
    ],
    [
      "has addresses that are of no use",
      "- 0.0.0.0:1\n- 224.0.0.1:1\n- '[::]:1'\n- '[fe80::1]:1'\n- '[fe80::1%eth0]:1'\n- '[ff02::1]:1'",
      [
        /^t\.yaml:1: entry 1 host "0\.0\.0\.0" is not the address of one host/,
        /^t\.yaml:2: .* is not the address of one host/,
        /^t\.yaml:3: .* is not the address of one host/,
        /^t\.yaml:4: .* is link-local/,
        /^t\.yaml:5: .* names an interface/,
        /^t\.yaml:6: .* is not the address of one host/,
      ],
    ],
    [
      "has the port twice",
      "- {host: a:1, port: 1}",
      [/^t\.yaml:1: entry 1 "host" "a:1" has a port in it and "port" stands beside it/],
    ],
    ["has host and address", "- {host: a, address: b, port: 1}", [/^t\.yaml:1: entry 1 has "host" and "address"/]],
    [
      "has keys that are slips",
      "- host: a\n  port: 1\n  zoen: z\n  color: red\n  labels: {regio: r, team: x}",
      [
        't.yaml:3: entry 1 has "zoen", which is not known; did you mean zone?',
        't.yaml:4: entry 1 has "color", which is not known; known are host, address, port, name, zone, region, instance_type, os, labels, resolve',
        't.yaml:5: entry 1 has "regio", which is not known as a label; did you mean region?',
        't.yaml:5: entry 1 has "team", which is not known as a label; known are zone, region, instance_type, os',
      ],
    ],
    ["has a label twice", "- {host: a, port: 1, zone: z, labels: {zone: z}}", [/^t\.yaml:1: entry 1 has "zone" twice/]],
    [
      "has labels that are none",
      "- {host: a, port: 1, labels: z}\n- {host: a, port: 2, zone: {a: b}}",
      [
        /^t\.yaml:1: entry 1 "labels" is the text "z"; write a map with zone/,
        /^t\.yaml:2: entry 2 "zone" is a map; write a text/,
      ],
    ],
    [
      "has numbers for texts in JSON",
      '[{"host": "a",\n "port": 1,\n "zone": 1}]',
      ['t.yaml:3: entry 1 "zone" is number 1; write a text, in quotes where it is JSON'],
    ],
    [
      "has control characters",
      '["a:1", {"host": "b", "port": 1, "name": "x\\ny"}]',
      [/^t\.yaml:1: entry 2 "name" "x\\ny" has a control/],
    ],
    [
      "has a name without end",
      `- {host: a, port: 1, name: ${"x".repeat(300)}}`,
      [/has 300 characters; 253 are the most/],
    ],
    [
      "wants something else of a name",
      "- {host: a, port: 1, resolve: alll}",
      ['t.yaml:1: entry 1 "resolve" "alll" will not do; write first or all'],
    ],
    [
      "contradicts itself",
      "- {host: a, port: 1, zone: x}\n- {host: a, port: 1, zone: y}",
      [
        't.yaml:2: entry 2 says of "a:1" another zone than entry 1; leave one of them out, or give each a name of its own',
      ],
    ],
    [
      "has numbers where targets should be",
      "[1, null, true]",
      [
        't.yaml:1: entry 1 is number 1; write host:port, or a map with "host" and "port"',
        /entry 2 is empty/,
        /entry 3 is boolean true/,
      ],
    ],
    [
      "is file_sd with a target without a port",
      '[\n{"targets": ["a:1", "b"]},\n{"targets": ["http://c"]}]',
      [
        't.yaml:2: entry 1, target 2 "b" has no port; write it like b:10250',
        /^t\.yaml:3: entry 2, target 1 host "http:\/\/c" is a URL/,
      ],
    ],
    [
      "is file_sd with targets that are none",
      "- {targets: a:1}\n- {targets: [[], {}, '']}",
      [
        't.yaml:1: entry 1 "targets" is the text "a:1"; write a list of host:port',
        /entry 2, target 1 is a list; write host:port/,
        /entry 2, target 2 is a map/,
        /entry 2, target 3 is empty/,
      ],
    ],
    [
      "is file_sd with something else",
      "- targets: [a:1]\n  label: {a: b}\n",
      ['t.yaml:2: entry 1 has "label", which is not known; did you mean labels?'],
    ],
  ];
  for (const [what, text, problems] of bad) {
    test(`is refused where it ${what}`, () => {
      const read = problemsOf(text);
      assert.equal(read.length, problems.length, read.join("\n"));
      for (const [index, expected] of problems.entries()) {
        if (typeof expected === "string") assert.equal(read[index], expected);
        else assert.match(read[index] ?? "", expected);
      }
    });
  }

  test("counts what it repeats", () => {
    const read = parse("- a:1\n- a:1\n- targets: [a:1, b:1]\n");
    assert.ok("entries" in read);
    assert.equal(read.repeated, 2);
  });

  test("has all its problems told, up to a number", () => {
    const problems = problemsOf("- a\n".repeat(70));
    assert.equal(problems.length, 51);
    assert.equal(problems.at(-1), "t.yaml: and 20 more problems");
  });
});

describe("a long targets file", () => {
  const long = (count: number, entry: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => entry(i)).join("");
  const block = (index: number) => `# ${index}\n- host: h${index}\n  port: 1\n  name: |\n    - n${index}\n\n`;

  test("is read in pieces, with the same result and the right lines", () => {
    const text = `---\n${long(3_000, block)}`;
    const steps = parseTargetFileInSteps(text, "t", yaml);
    let turns = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) turns++;
    assert.ok(turns >= 5, `${turns} turns`);
    assert.ok("entries" in step.value, JSON.stringify(step.value));
    assert.equal(step.value.entries.length, 3_000);
    assert.equal(step.value.entries[2_999] && show(step.value.entries[2_999]), "- n2999=h2999|1");
    const broken = problemsOf(text.replace("- host: h2500\n  port: 1", "- host: h2500\n  port: 0"));
    assert.deepEqual(broken, [
      `t.yaml:${1 + 2_500 * 6 + 3}: entry 2501 port "0" will not do; write a whole number from 1 to 65535`,
    ]);
  });

  test("stays whole where an entry goes beyond a piece, or an anchor does", () => {
    assert.equal(
      entriesOf(`- &a {host: a, port: 1, zone: z}\n${long(3_000, (i) => `- {<<: *a, port: ${i + 1}}\n`)}`).length,
      3_000,
    );
    assert.equal(
      entriesOf(`- targets:\n${long(3_000, (i) => `  - h${i}:1\n`)}  labels:\n    zone: z\n`)[2_999],
      "h2999|1 z,,,",
    );
    assert.equal(entriesOf(`targets:\n${long(3_000, (i) => `- h${i}:1\n`)}`).length, 3_000);
  });

  test("is refused where it can only be read as one and is too long for that", () => {
    const problems = problemsOf(`targets:\n${long(250_000, (i) => `- host${i}.example:1\n`)}`);
    assert.match(
      problems.join(),
      /^t\.yaml:1: from here on \d\.\d MiB of YAML can only be read as one, and 4 MiB is the most/,
    );
  });

  test("is refused from one target too many on", () => {
    const list = (count: number) => JSON.stringify(Array.from({ length: count }, (_, i) => `h${i}:1`));
    assert.equal(entriesOf(list(maxEntries)).length, maxEntries);
    assert.deepEqual(problemsOf(list(maxEntries + 1)), [
      "t.yaml: entry 100001 is one too many: 100000 targets are the most; spread them over several instances",
    ]);
  });

  test("is refused before aliases make more of it than there is time for", () => {
    const targets = long(2_000, (i) => `  - h${i}:1\n`);
    assert.match(problemsOf(`- targets: &a\n${targets}${"- targets: *a\n".repeat(50_000)}`).join(), /is one too many/);
    let nested = "a0: &a0 {host: x}\n";
    for (let i = 1; i < 30; i++) nested += `a${i}: &a${i} {<<: [*a${i - 1}, *a${i - 1}]}\n`;
    assert.match(problemsOf(nested).join(), /is a map; write a list/);
    const merging = `- &a {${long(20_000, (i) => `k${i}: 1,`)}}\n${"- {<<: *a}\n".repeat(5_000)}`;
    assert.match(problemsOf(merging).join(), /is not YAML that can be read: << copies more keys/);
    assert.match(problemsOf("[".repeat(100_000)).join(), /^t\.yaml.*is not/);
  });
});
