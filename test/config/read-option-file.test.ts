import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { optionNames } from "../../src/config/options.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { mayStandInFile, readOptionFile } from "../../src/config/read-option-file.ts";

const secret = "hunter2-canary-8f3a9c71";
const usual = { PINGO_API: "https://192.0.2.1:6443", PINGO_TOKEN: secret };

function textsOf(text: string): Record<string, string> {
  const problems: string[] = [];
  const texts = readOptionFile(text, problems);
  assert.deepEqual(problems, []);
  return Object.fromEntries(texts);
}

function problemsOf(text: string): string[] {
  const problems: string[] = [];
  readOptionFile(text, problems);
  assert.ok(!problems.join().includes("hunter2"), problems.join());
  return problems;
}

/** `pingo serve LINE` where /etc/pingo.yaml holds `text`. */
function read(text: string, line: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const readFile = (path: string) => {
    if (path === "/etc/pingo.yaml") return text;
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: "ENOENT" });
  };
  return readConfig(["serve", ...line], { env: { ...usual, PINGO_CONFIG: "/etc/pingo.yaml", ...env }, readFile });
}

function configOf(...args: Parameters<typeof read>) {
  const result = read(...args);
  assert.ok(result.want === "run", JSON.stringify(result));
  return result.config;
}

describe("a file of options", () => {
  test("has the options as the flags have them, each value as it is written", () => {
    assert.deepEqual(
      textsOf(
        [
          "# Which nodes, and how often.",
          "probe: 5s",
          "scan: 30",
          'node-selector: "!node-role.kubernetes.io/control-plane"',
          "shard: 0/3",
          "listen: :9100",
          "history-max-size: 500MB",
          "dscp: 010",
        ].join("\n"),
      ),
      {
        probe: "5s",
        scan: "30",
        "node-selector": "!node-role.kubernetes.io/control-plane",
        shard: "0/3",
        listen: ":9100",
        "history-max-size": "500MB",
        dscp: "010",
      },
    );
  });

  test("has several values as a list, or one", () => {
    assert.deepEqual(
      textsOf("context:\n  - a,b\n  - c\naddress-types: [InternalIP, ExternalIP]\nport: node-exporter=9100\n"),
      { context: "a,b\nc", "address-types": "InternalIP,ExternalIP", port: "node-exporter=9100" },
    );
  });

  test("may be JSON, may be empty, may be nothing but comments", () => {
    assert.deepEqual(textsOf('{"probe": "5s", "scan": 30}'), { probe: "5s", scan: "30" });
    for (const text of ["", "\n", "# probe: 5s\n", "---\n"]) assert.deepEqual(textsOf(text), {});
  });

  test("tells of every mistake at once, and shows no value", () => {
    assert.deepEqual(
      problemsOf(
        `prob: 5s\ntoken: ${secret}\n${secret}: 1\nscan: [1]\nshard:\nport: []\nnodes: 3\nlisten: {a: b}\nprobe: {a: b}\nconfig: x\n`,
      ),
      [
        '"prob" is not an option; did you mean probe?',
        "token may not stand there; set PINGO_TOKEN or give it as a flag",
        "the text there (23 characters, not shown) is not an option",
        "scan should be one value, and is a list",
        "shard has no value; leave the line out for the default",
        "port should be a list of values, each a word",
        "nodes may not stand there; give it as a flag",
        "listen should be one value or a list of values",
        "probe should be one value",
        "config may not stand there; set PINGO_CONFIG or give it as a flag",
      ],
    );
  });

  test("has the URL of a Prometheus, but no user and no password for it", () => {
    assert.deepEqual(textsOf("history: prometheus=https://mimir.example/a@b\n"), {
      history: "prometheus=https://mimir.example/a@b",
    });
    for (const userinfo of [`me:${secret}`, secret, `:${secret}`]) {
      assert.deepEqual(problemsOf(`history: prometheus=https://${userinfo}@mimir.example\n`), [
        "history may have no user and no password there; set PINGO_HISTORY or give it as a flag",
      ]);
    }
  });

  test("is refused by the line where it is no YAML, or no options", () => {
    assert.deepEqual(problemsOf("probe: 5s\nprobe: 6s\n"), ["line 2 is no YAML (duplicate key)"]);
    assert.match(problemsOf("probe: 5s\n\tscan: 3\n").join(), /^line 2 is no YAML/);
    assert.deepEqual(problemsOf("- probe\n"), ["it should be lines of options, such as probe: 5s"]);
    assert.deepEqual(problemsOf(secret), ["it should be lines of options, such as probe: 5s"]);
  });

  test("does not blow up where its aliases do", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi".replace(/./g, (name) => `${name}: &${name} [*a,*a,*a,*a,*a,*a]\n`)}`;
    assert.equal(problemsOf(bomb).length, 9);
  });

  test("holds nothing that is secret, and nothing of one call alone", () => {
    const outside = optionNames.filter((name) => !mayStandInFile(name));
    assert.deepEqual(outside, [
      ...[
        "url",
        "shell",
        "user",
        "config",
        "api",
        "token",
        "token-file",
        "ca",
        "ca-file",
        "cert-file",
        "key-file",
        "count",
      ],
      ...["nodes", "api-port", "write-kubeconfig", "happenings", "watch", "output"],
    ]);
  });
});

describe("--config", () => {
  test("is beaten by a variable, and that by a flag", () => {
    assert.equal(configOf("probe: 5s\n").probeMs, 5_000);
    assert.equal(configOf("probe: 5s\n", [], { PINGO_PROBE: "6s" }).probeMs, 6_000);
    assert.equal(configOf("probe: 5s\n", ["--probe", "7s"], { PINGO_PROBE: "6s" }).probeMs, 7_000);
    assert.equal(configOf("scan: 5s\n", ["--probe", "7s"]).scanMs, 5_000);
  });

  test("says where a value stands that will not do", () => {
    const result = read("probe: soon\nlog-level: loud\n");
    assert.ok(result.want === "nothing");
    assert.match(result.problems[0] ?? "", /^probe in \/etc\/pingo\.yaml: "soon" is not a duration/);
    assert.match(result.problems[1] ?? "", /^log-level in \/etc\/pingo\.yaml: "loud" is not one of/);
  });

  test("names the file with each mistake in it", () => {
    const result = read("prob: 5s\n");
    assert.deepEqual(result, {
      want: "nothing",
      problems: ['PINGO_CONFIG: /etc/pingo.yaml: "prob" is not an option; did you mean probe?'],
    });
  });

  test("of a file that is not there says so", () => {
    const result = read("", ["--config", "/etc/none.yaml"]);
    assert.deepEqual(result, {
      want: "nothing",
      problems: [
        '--config: "/etc/none.yaml" cannot be read (ENOENT: no such file or directory); give the path of a file',
      ],
    });
  });

  test("serves all commands: what does not fit one is nothing to it", () => {
    const readFile = () => "listen: :9100\nprobe: 5s\ntimeout: 2s\n";
    const result = readConfig(["check", "--config", "x"], { env: usual, readFile });
    assert.ok(result.want === "run");
    assert.equal(result.config.timeoutMs, 2_000);
  });

  test("checks options against each other wherever they stand", () => {
    const result = read("engine: portable\n", ["--handshake", "half"]);
    assert.ok(result.want === "nothing");
    assert.match(result.problems.join(), /only the kernel engine can do that, and engine in \/etc\/pingo\.yaml wants/);
  });
});
