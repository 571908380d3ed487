import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Config } from "../../src/config/config.ts";
import { defaultTimeoutMs } from "../../src/config/config.ts";
import { optionNames, options } from "../../src/config/options.ts";
import { readConfig } from "../../src/config/read-config.ts";
import type { Environment } from "../../src/config/settings.ts";
import { anySource } from "../../src/handshake/engine-config.ts";
import { defaultBoundsUs } from "../../src/metrics/histogram/bucket-bounds.ts";
import { base64, firstPem, secondPem } from "./certificates.ts";

/** Must never stand in a problem. */
const secret = "hunter2-canary-8f3a9c71";

const files: Record<string, string> = {
  "/run/token": `${secret}-from-file\n`,
  "/run/empty": "",
  "/run/two-lines": `${secret}\n${secret}\n`,
  "/run/ca.crt": `${firstPem}\n${secondPem}\n`,
};

/** The files above; any other path fails as the system fails it. */
function readFile(path: string): string {
  return files[path] ?? readFileSync(path, "utf8");
}

function read(line: string | readonly string[], env: Environment = {}) {
  const argv = typeof line === "string" ? line.split(" ").filter((word) => word !== "") : line;
  return readConfig(argv, { env, readFile });
}

function configOf(line: string | readonly string[], env: Environment = {}): Config {
  const result = read(line, env);
  if (result.want === "nothing") assert.fail(result.problems.join("\n"));
  assert.ok(result.want === "run");
  return result.config;
}

/** The problems, which must never show a secret. */
function problemsOf(line: string | readonly string[], env: Environment = {}): readonly string[] {
  const result = read(line, env);
  assert.equal(result.want, "nothing", "it was taken");
  const { problems } = result as { problems: readonly string[] };
  assert.ok(!problems.join("\n").includes("hunter2"), `a secret is in: ${problems.join("\n")}`);
  return problems;
}

/** Nothing is said of where targets come from. */
const noSources = {
  api: undefined,
  kubeconfigFlag: undefined,
  kubeconfigVariable: undefined,
  contexts: [],
  overrides: new Map(),
  targetsFile: undefined,
};

/** What the user of the first PinGo exports. */
const usual = { PINGO_API: "https://192.0.2.1:6443", PINGO_TOKEN: secret };

describe("the first PinGo's environment", () => {
  test("means what it meant", () => {
    const config = configOf("", { ...usual, PINGO_CA: base64(firstPem), PINGO_SCAN: "60", PINGO_PROBE: "15" });
    assert.deepEqual(config.sources.api, {
      name: "https://192.0.2.1:6443",
      url: new URL("https://192.0.2.1:6443"),
      ca: { from: "data", pem: firstPem },
      token: { from: "value", token: secret },
    });
    assert.deepEqual([config.scanMs, config.probeMs], [60_000, 15_000]);
  });

  test("is complete with the API and the token; the rest has defaults", () => {
    const { sources, ...config } = configOf("", usual);
    assert.equal(sources.api?.ca, undefined, "the system's authorities");
    assert.deepEqual({ ...sources, api: undefined }, noSources);
    assert.deepEqual(config, {
      scanMs: 60_000,
      probeMs: 15_000,
      timeoutMs: undefined,
      nodeSelector: "",
      addressTypes: ["ExternalIP", "InternalIP"],
      ipFamily: "auto",
      ports: [],
      shard: undefined,
      engine: { engine: "auto", handshake: "full", close: "fin", source: anySource },
      listen: [{ host: "", port: 8_080 }],
      webConfigFile: undefined,
      otlpEndpoint: undefined,
      otlpIntervalMs: 30_000,
      metrics: "default",
      rttBucketsUs: defaultBoundsUs,
      history: {
        place: { kind: "memory" },
        tokenFile: undefined,
        headers: [],
        retentionMs: 30 * 86_400_000,
        maxBytes: 64e6,
      },
      logFormat: "text",
      logLevel: "info",
      output: "table",
      watch: false,
      top: {
        endpoint: {
          name: "http://localhost:8080",
          at: { host: "localhost", port: 8080, isTls: false },
          basePath: "",
          user: undefined,
        },
        user: undefined,
        caFile: undefined,
        certFile: undefined,
        keyFile: undefined,
      },
      count: 5,
      shell: undefined,
      sandbox: { nodes: 12, apiPort: 0, kubeconfigPath: "pingo-sandbox.kubeconfig", happenings: false },
    });
  });

  test("what only the kernel engine can do contradicts the portable one", () => {
    assert.match(problemsOf("--engine portable --handshake half", usual).join(), /--handshake: only the kernel engine/);
    assert.match(problemsOf("--engine portable --close rst", usual).join(), /--close: only the kernel engine/);
    assert.match(
      problemsOf("--handshake half --close fin", usual).join(),
      /--close: a half-open handshake has nothing to close/,
    );
    assert.deepEqual(configOf("--engine kernel --handshake half", usual).engine.handshake, "half");
  });

  test("an empty variable is one that is not set", () => {
    const empty = Object.fromEntries(optionNames.map((name) => [envOf(name) ?? "PINGO_UNHEARD_OF", ""]));
    assert.deepEqual(configOf("", { ...empty, ...usual }), configOf("", usual));
    assert.deepEqual(configOf("", { ...empty, PINGO_UNHEARD_OF: "" }).sources, noSources);
  });
});

describe("flags and variables", () => {
  test("a flag beats its variable, for every option that has both", () => {
    // Another text than the default's for each; the variable's text would be refused.
    const texts: Record<string, string> = {
      api: "https://198.51.100.1",
      token: "flagtoken",
      "token-file": "/run/token",
      ca: base64(secondPem),
      "ca-file": "/run/ca.crt",
      url: "http://192.0.2.1:8080",
      user: "a:b",
      "cert-file": "/c",
      "key-file": "/k",
      context: "a",
      targets: "/t",
      port: "a=1",
      shard: "1/2",
      scan: "7",
      probe: "7",
      timeout: "7",
      "node-selector": "a=b",
      "address-types": "InternalIP",
      "ip-family": "6",
      engine: "kernel",
      handshake: "half",
      close: "rst",
      source: "192.0.2.9",
      "source-port-range": "40000-41999",
      interface: "eth1",
      dscp: "46",
      listen: ":7",
      "web-config-file": "/w",
      "otlp-endpoint": "http://192.0.2.1:4318",
      "otlp-interval": "7",
      metrics: "full",
      "rtt-buckets": "1ms,1",
      history: "/h.db",
      "history-token-file": "/t",
      "history-header": "X-Scope-OrgID=team-a",
      "history-retention": "7d",
      "history-max-size": "1GB",
      "log-format": "json",
      "log-level": "debug",
    };
    for (const name of optionNames) {
      const env = envOf(name);
      // KUBECONFIG may name several files where its flag names one, and is no other kind of the same. The file that --config
      // names has tests of its own.
      if (env === undefined || name === "kubeconfig" || name === "config") continue;
      const text = texts[name] ?? assert.fail(`this test knows no text for --${name}`);
      const fits = options[name].commands[0] ?? "serve";
      const elsewhere = /^history-(token-file|header)$/.test(name)
        ? { PINGO_HISTORY: "prometheus=http://192.0.2.1:9090" }
        : {};
      const withoutToken: Environment = name === "context" ? {} : { PINGO_API: usual.PINGO_API };
      const others: Environment = {
        ...elsewhere,
        ...(name.startsWith("token") || name === "context" ? withoutToken : usual),
      };
      const byFlag = configOf([fits, `--${name}`, text], { ...others, [env]: `\nwrong ${secret}` });
      const byVariable = configOf(fits, { ...others, [env]: text });
      assert.deepEqual(byFlag, byVariable, `--${name}`);
      const neither = read(fits, others);
      assert.notDeepEqual(neither, { want: "run", command: fits, config: byFlag }, `--${name} changes something`);
    }
  });

  test("an empty flag is not an absent one", () => {
    assert.deepEqual(problemsOf(["--token="], usual), ["--token: is empty"]);
    assert.equal(configOf(["--node-selector="], { ...usual, PINGO_NODE_SELECTOR: "a=b" }).nodeSelector, "");
    assert.match(problemsOf(["--probe="], usual).join(), /^--probe: "" is not a duration/);
    assert.match(problemsOf(["--token-file="], usual).join(), /^--token-file: "" cannot be read \(ENOENT/);
  });

  test("a token as a flag beats a token file as a variable, and the other way round, however wrong the loser", () => {
    const { PINGO_API } = usual;
    const byFlag = configOf("--token abc", { PINGO_API, PINGO_TOKEN_FILE: "/nowhere" }).sources.api?.token;
    assert.deepEqual(byFlag, { from: "value", token: "abc" });
    const byFile = configOf("--token-file /run/token", { PINGO_API, PINGO_TOKEN: `${secret}\n` }).sources.api?.token;
    assert.deepEqual(byFile, { from: "file", path: "/run/token" });
  });

  test("a CA as a flag beats a CA file as a variable, and the other way round, however wrong the loser", () => {
    assert.deepEqual(configOf(["--ca", base64(firstPem)], { ...usual, PINGO_CA_FILE: "/nowhere" }).sources.api?.ca, {
      from: "data",
      pem: firstPem,
    });
    const byFile = configOf("--ca-file /run/ca.crt", { ...usual, PINGO_CA: "?" }).sources.api?.ca;
    assert.deepEqual(byFile, { from: "file", path: "/run/ca.crt" });
  });

  test("variables of options that the command has not are let be", () => {
    assert.equal(configOf("check", { ...usual, PINGO_PROBE: "-1", PINGO_LISTEN: "?" }).count, 5);
    const demo = configOf("demo", { PINGO_API: "?", PINGO_TOKEN: "\n", PINGO_CA_FILE: "/nowhere" });
    assert.equal(demo.sources.api, undefined);
  });

  test("the demo is in more of a hurry, unless told otherwise", () => {
    const demo = configOf("demo");
    assert.deepEqual([demo.probeMs, demo.scanMs], [1_000, 5_000]);
    assert.equal(configOf("demo", { PINGO_PROBE: "3" }).probeMs, 3_000);
  });

  test("the sandbox's settings", () => {
    const line = "sandbox --nodes 500 --api-port 6443 --write-kubeconfig /tmp/k --happenings";
    const { sandbox } = configOf(line);
    assert.deepEqual(sandbox, { nodes: 500, apiPort: 6_443, kubeconfigPath: "/tmp/k", happenings: true });
  });
});

describe("options that repeat", () => {
  test("as flags, and behind commas in a variable", () => {
    assert.deepEqual(configOf("--context a --context=b --context a").sources.contexts, ["a", "b"]);
    assert.deepEqual(configOf("", { PINGO_CONTEXT: "a, b" }).sources.contexts, ["a", "b"]);
    assert.deepEqual(configOf(["--context", "a,b"]).sources.contexts, ["a,b"], "as kubectl takes it");
    assert.deepEqual(configOf("--port ssh=22 --port web=443", usual).ports, [
      { name: "ssh", port: 22 },
      { name: "web", port: 443 },
    ]);
  });

  test("KUBECONFIG may name several files, the flag names one", () => {
    const byVariable = configOf("", { KUBECONFIG: "/a:/b" }).sources;
    assert.deepEqual([byVariable.kubeconfigFlag, byVariable.kubeconfigVariable], [undefined, "/a:/b"]);
    const byFlag = configOf("--kubeconfig /c", { KUBECONFIG: "/a:/b" }).sources;
    assert.deepEqual([byFlag.kubeconfigFlag, byFlag.kubeconfigVariable], ["/c", undefined]);
  });

  test("a shard by its number or by a pod's name", () => {
    assert.deepEqual(configOf("--shard 2/5", usual).shard, { index: 2, count: 5 });
    assert.deepEqual(configOf("", { ...usual, PINGO_SHARD: "pingo-1/5" }).shard, { index: 2, count: 5 });
  });
});

describe("http", () => {
  for (const url of ["http://127.0.0.1:8001", "http://127.9.8.7", "http://localhost:8001", "http://[::1]:8001"]) {
    test(`${url} is this machine: with a token or without`, () => {
      assert.deepEqual(configOf("", { PINGO_API: url }).sources.api?.token, { from: "none" });
      assert.deepEqual(configOf("", { PINGO_API: url, PINGO_TOKEN: "abc" }).sources.api?.token, {
        from: "value",
        token: "abc",
      });
    });
  }

  for (const url of [
    "http://192.0.2.1",
    "HTTP://192.0.2.1",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://128.0.0.1",
    "http://[::2]",
  ]) {
    test(`${url} is another machine: no token in clear`, () => {
      const [problem, ...more] = problemsOf("", { PINGO_API: url, PINGO_TOKEN: secret });
      assert.match(problem ?? "", /^PINGO_API: the token would cross the network in clear; use https/);
      assert.deepEqual(more, []);
      assert.match(problemsOf("", { PINGO_API: url, PINGO_TOKEN_FILE: "/run/token" }).join(), /in clear/);
      assert.deepEqual(configOf("", { PINGO_API: url }).sources.api?.token, { from: "none" });
    });
  }

  test("a CA goes with https only", () => {
    const env = { PINGO_API: "http://127.0.0.1:8001", PINGO_CA: base64(firstPem) };
    assert.deepEqual(problemsOf("", env), ["PINGO_API: a CA is given, but http:// checks none; use https"]);
    const byFlags = problemsOf(["--api", "http://192.0.2.1", "--ca-file", "/run/ca.crt"], { PINGO_TOKEN: secret });
    assert.equal(byFlags.length, 2);
    assert.ok(byFlags.every((problem) => problem.startsWith("--api: ")));
  });
});

describe("problems", () => {
  const noApi = /^PINGO_TOKEN: no API is named; set --api or PINGO_API, e.g. PINGO_API=https:/;
  const noToken = "no token is given: none of --token, PINGO_TOKEN, --token-file, PINGO_TOKEN_FILE is set";

  type Expected = string | RegExp;
  const table: readonly [name: string, line: string | string[], env: Environment, expected: Expected[]][] = [
    ["contexts and an API", "--context a", usual, [/^--context: contexts are a kubeconfig's; leave PINGO_API out/]],
    ["two ways to an API", "--kubeconfig /k", usual, [/^--kubeconfig and PINGO_API are both given/]],
    ["no context in the list", ["--context="], {}, ["--context: is empty"]],
    ["a port without a name", "--port 22", usual, [/^--port: "22" is no named port; write a name of up to 15/]],
    ["a port beyond all", "--port a=65536", usual, [/^--port: "a=65536" is no named port/]],
    ["two ports of one name", "--port a=1 --port a=2", usual, [/^--port: two ports are called a/]],
    ["a shard of none", "--shard 0/5", usual, [/^--shard: "0\/5"/]],
    ["no API", "", { PINGO_TOKEN: secret }, [noApi]],
    ["no token", "", { PINGO_API: usual.PINGO_API }, [noToken]],
    ["a wrong URL and no token", "", { PINGO_API: "nonsense" }, [/^PINGO_API: "nonsense" is not an http/, noToken]],
    ["a wrong http URL and no token", "--api http://", {}, [/^--api: "http:\/\/" is not an http/]],
    ["a user in the URL", ["--api", `https://admin:${secret}@192.0.2.1`], usual, [/^--api: a URL with a user or pass/]],
    [
      "token and file, both variables",
      "",
      { ...usual, PINGO_TOKEN_FILE: "/run/token" },
      ["PINGO_TOKEN and PINGO_TOKEN_FILE are both given; leave one of them out"],
    ],
    [
      "token and file, both flags",
      "--token a --token-file /run/token",
      usual,
      ["--token and --token-file are both given; leave one of them out"],
    ],
    [
      "CA and file, both variables",
      "",
      { ...usual, PINGO_CA: base64(firstPem), PINGO_CA_FILE: "/run/ca.crt" },
      ["PINGO_CA and PINGO_CA_FILE are both given; leave one of them out"],
    ],
    [
      "CA and file, both flags",
      ["--ca", base64(firstPem), "--ca-file", "/run/ca.crt"],
      usual,
      ["--ca and --ca-file are both given; leave one of them out"],
    ],
    ["a line end in the token", "", { ...usual, PINGO_TOKEN: `${secret}\n` }, [/^PINGO_TOKEN: has a line end in it/]],
    ["a token that is not ASCII", "", { ...usual, PINGO_TOKEN: `${secret}é` }, [/^PINGO_TOKEN: has a space or a char/]],
    ["a wrong CA", "", { ...usual, PINGO_CA: "not base64!" }, [/^PINGO_CA: is not base64/]],
    [
      "a token file that is not there",
      "--token-file /nowhere/token",
      { PINGO_API: usual.PINGO_API },
      [/^--token-file: "\/nowhere\/token" cannot be read \(ENOENT: no such file or directory\)/],
    ],
    [
      "a token file that is a directory",
      "",
      { PINGO_API: usual.PINGO_API, PINGO_TOKEN_FILE: "/" },
      [/^PINGO_TOKEN_FILE: "\/" cannot be read \(EISDIR: .*\)/],
    ],
    [
      "the token where its file should be",
      "",
      { PINGO_API: usual.PINGO_API, PINGO_TOKEN_FILE: secret },
      [
        `PINGO_TOKEN_FILE: the text there (${secret.length} characters, not shown) cannot be read ` +
          "(ENOENT: no such file or directory); give the path of a file",
      ],
    ],
    [
      "an empty token file",
      "--token-file /run/empty",
      { PINGO_API: usual.PINGO_API },
      ["--token-file: the token in /run/empty is empty"],
    ],
    [
      "two tokens in a file",
      "--token-file /run/two-lines",
      { PINGO_API: usual.PINGO_API },
      [/^--token-file: the token in \/run\/two-lines has a line end in it/],
    ],
    [
      "a CA file that is not there",
      "--ca-file /nowhere/ca.crt",
      usual,
      [/^--ca-file: "\/nowhere\/ca.crt" cannot be read \(ENOENT: no such file or directory\)/],
    ],
    [
      "the token's file as the CA's",
      "",
      { ...usual, PINGO_CA_FILE: "/run/token" },
      [/^PINGO_CA_FILE: \/run\/token holds no certificate in PEM/],
    ],
    ["a negative interval", "--probe -5", usual, [/^--probe: "-5" is not a duration/]],
    ["no interval at all", "", { ...usual, PINGO_SCAN: "0" }, [/^PINGO_SCAN: "0" is out of bounds.*from 1 s to 24 h$/]],
    [
      "absurd intervals",
      "--probe 1ms --timeout 2h",
      { ...usual, PINGO_SCAN: "99999999999" },
      [
        /^PINGO_SCAN: "99999999999" is out of bounds/,
        /^--probe: "1ms" is out of bounds.*from 100 ms to 24 h$/,
        /^--timeout: "2h" is out of bounds.*from 1 ms to 1 h$/,
      ],
    ],
    ["a flag of another command", "--count 3", usual, ['--count is not an option of "pingo serve"']],
    [
      "flags of another command",
      "sandbox --probe 1 --api x",
      {},
      ['--api is not an option of "pingo sandbox"', '--probe is not an option of "pingo sandbox"'],
    ],
    [
      "an unknown command brings no riddles about serve",
      "chekc --count 3 --happenings",
      {},
      [/^"chekc" is not a comm/],
    ],
    [
      "an unknown command and a wrong value",
      "chekc --count 0",
      { PINGO_SCAN: "x" },
      [/^"chekc" is not a command/, /^PINGO_SCAN: "x" is not a duration/, /^--count: "0" will not do/],
    ],
    [
      "a mistyped variable",
      "",
      { ...usual, PINGO_TOKN: secret, PINGO_PROBES: secret },
      [
        "PINGO_TOKN is set, but is no variable that PinGo knows; did you mean PINGO_TOKEN?",
        "PINGO_PROBES is set, but is no variable that PinGo knows; did you mean PINGO_PROBE?",
      ],
    ],
    ["a mistyped variable, where no API is asked", "demo", { PINGO_LISTENS: ":1" }, [/did you mean PINGO_LISTEN\?$/]],
    [
      "an unknown variable like no other",
      "",
      { ...usual, PINGO_KUBECTL_PLUGIN: secret },
      ["PINGO_KUBECTL_PLUGIN is set, but is no variable that PinGo knows"],
    ],
    [
      "a port where Kubernetes has its own",
      "",
      { ...usual, PINGO_PORT: "9090", PINGO_METRICS_PORT: "9100" },
      [
        "PINGO_PORT is set, but is no variable that PinGo knows",
        "PINGO_METRICS_PORT is set, but is no variable that PinGo knows",
      ],
    ],
  ];
  for (const [name, line, env, expected] of table) {
    test(name, () => {
      const problems = problemsOf(line, env);
      assert.equal(problems.length, expected.length, problems.join("\n"));
      for (const [index, want] of expected.entries()) {
        const problem = problems[index] ?? "";
        if (typeof want === "string") assert.equal(problem, want);
        else assert.match(problem, want);
      }
    });
  }

  test("all of them are told at once", () => {
    const problems = problemsOf(
      [
        "check",
        "demo",
        "--wat",
        "--api",
        "ftp://x",
        "--count",
        "0",
        "--listen",
        ":1",
        "--output",
        "xml",
        "--count",
        "2",
      ],
      {
        PINGO_TOKEN: `${secret}\r\n`,
        PINGO_CA: "!",
        PINGO_TIMEOUT: "-1",
        PINGO_ADDRESS_TYPES: "Hostname",
        PINGO_IP_FAMILY: "5",
        PINGO_FOO: secret,
      },
    );
    const names = problems.map((problem) => problem.split(/ is | takes |: /)[0]);
    assert.deepEqual(names.toSorted(), [
      "--api",
      "--count",
      "--listen",
      "--output",
      "--wat",
      "PINGO_ADDRESS_TYPES",
      "PINGO_CA",
      "PINGO_FOO",
      "PINGO_IP_FAMILY",
      "PINGO_TIMEOUT",
      "PINGO_TOKEN",
      "one command at a time",
    ]);
  });

  test("help and the version are given however wrong the rest", () => {
    const wrong = { PINGO_FOO: "1", PINGO_PROBE: "x" };
    assert.deepEqual(read("--help --wat", wrong), { want: "help", command: undefined });
    assert.deepEqual(read("help", wrong), { want: "help", command: undefined });
    assert.deepEqual(read("check --help --wat", wrong), { want: "help", command: "check" });
    assert.deepEqual(read("help serve", wrong), { want: "help", command: "serve" });
    assert.match(JSON.stringify(read("help chekc", wrong)), /did you mean check\?/);
    assert.deepEqual(read("--node-selector serve --help"), { want: "help", command: undefined });
    assert.deepEqual(read("--version --wat", wrong), { want: "version" });
  });
});

describe("what Kubernetes puts into a pod for a Service", () => {
  // Docs, "Accessing the Service", environment variables.
  const table: readonly [service: string, variables: Environment][] = [
    [
      "pingo",
      {
        PINGO_SERVICE_HOST: "10.0.0.11",
        PINGO_SERVICE_PORT: "8080",
        PINGO_SERVICE_PORT_HTTP_METRICS: "8080",
        PINGO_PORT: "tcp://10.0.0.11:8080",
        PINGO_PORT_8080_TCP: "tcp://10.0.0.11:8080",
        PINGO_PORT_8080_TCP_PROTO: "tcp",
        PINGO_PORT_8080_TCP_PORT: "8080",
        PINGO_PORT_8080_TCP_ADDR: "10.0.0.11",
      },
    ],
    [
      "pingo-metrics",
      {
        PINGO_METRICS_SERVICE_HOST: "10.0.0.12",
        PINGO_METRICS_SERVICE_PORT: "9100",
        PINGO_METRICS_PORT: "tcp://10.0.0.12:9100",
        PINGO_METRICS_PORT_9100_TCP: "tcp://10.0.0.12:9100",
        PINGO_METRICS_PORT_9100_TCP_PROTO: "tcp",
        PINGO_METRICS_PORT_9100_TCP_PORT: "9100",
        PINGO_METRICS_PORT_9100_TCP_ADDR: "10.0.0.12",
      },
    ],
    [
      "pingo-api",
      {
        PINGO_API_SERVICE_HOST: "10.0.0.13",
        PINGO_API_SERVICE_PORT: "53",
        PINGO_API_PORT: "udp://10.0.0.13:53",
        PINGO_API_PORT_53_UDP: "udp://10.0.0.13:53",
        PINGO_API_PORT_53_UDP_ADDR: "10.0.0.13",
        PINGO_API_PORT_132_SCTP_PROTO: "sctp",
      },
    ],
    ["pingo-2-b", { PINGO_2_B_SERVICE_HOST: "fd00::1", PINGO_2_B_PORT: "tcp://[fd00::1]:80" }],
  ];
  for (const [service, variables] of table) {
    test(`named ${service} is let pass and changes nothing`, () => {
      assert.deepEqual(configOf("", { ...variables, ...usual }), configOf("", usual));
    });
  }

  test("does not hide a mistyped variable that resembles one", () => {
    for (const name of [
      "PINGO_SERVICE",
      "PINGO_SERVICE_HOSTS",
      "PINGO_PORT_8080",
      "PINGO_PORT_8080_TCP_X",
      "PINGO_",
      "PINGO_service_host",
    ]) {
      assert.deepEqual(problemsOf("", { ...usual, [name]: "tcp://10.0.0.1:80" }).length, 1, name);
    }
  });
});

test("the default deadline is a second less than the interval, at least half of it", () => {
  assert.deepEqual([15_000, 2_000, 1_500, 1_000, 100].map(defaultTimeoutMs), [14_000, 1_000, 750, 500, 50]);
});

function envOf(name: (typeof optionNames)[number]): string | undefined {
  return (options[name] as { env?: string }).env;
}
