import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readArguments } from "../../src/config/arguments.ts";

const secret = "hunter2-canary-8f3a9c71";

describe("a command line that is fine", () => {
  const table: readonly [line: string, command: string, flags: Record<string, string>][] = [
    ["", "serve", {}],
    ["serve", "serve", {}],
    ["check", "check", {}],
    ["--probe 2s", "serve", { probe: "2s" }],
    ["--probe=2s", "serve", { probe: "2s" }],
    ["check --count 3", "check", { count: "3" }],
    ["--count 3 check", "check", { count: "3" }],
    ["--output json check --count=3", "check", { output: "json", count: "3" }],
    ["check -o json -l a=b", "check", { output: "json", "node-selector": "a=b" }],
    ["check -ojson -la=b", "check", { output: "json", "node-selector": "a=b" }],
    ["check -o=wide", "check", { output: "wide" }],
    ["targets --selector a=b", "targets", { "node-selector": "a=b" }],
    ["completion zsh", "completion", { shell: "zsh" }],
    ["--token check", "serve", { token: "check" }],
    ["--token=a=b==", "serve", { token: "a=b==" }],
    ["--node-selector=", "serve", { "node-selector": "" }],
    ["--node-selector=--x", "serve", { "node-selector": "--x" }],
    ["--count -5", "serve", { count: "-5" }],
    ["sandbox --happenings --nodes 3", "sandbox", { happenings: "true", nodes: "3" }],
    ["top", "top", {}],
    ["top http://localhost:8080", "top", { url: "http://localhost:8080" }],
    ["top --user a:b unix:/run/pingo.sock", "top", { url: "unix:/run/pingo.sock", user: "a:b" }],
    ["top --url pingo:8080", "top", { url: "pingo:8080" }],
    ["sandbox --nodes 3 --happenings", "sandbox", { happenings: "true", nodes: "3" }],
  ];
  for (const [line, command, flags] of table) {
    test(`"pingo ${line}"`, () => {
      const read = readArguments(words(line));
      assert.deepEqual(read.problems, []);
      assert.equal(read.command, command);
      assert.deepEqual(Object.fromEntries(read.flags), flags);
      assert.equal(read.help || read.version, false);
    });
  }

  test("a value may hold line ends and an equals sign", () => {
    const { flags, problems } = readArguments(["--ca=a\nb=c\n"]);
    assert.deepEqual([flags.get("ca"), problems], ["a\nb=c\n", []]);
  });

  test("a switch takes nothing from what follows it", () => {
    const { command, flags, problems } = readArguments(["--happenings", "sandbox"]);
    assert.deepEqual([command, flags.get("happenings"), problems], ["sandbox", "true", []]);
  });
});

describe("asking for help or the version", () => {
  for (const [line, command] of [
    ["--help", "serve"],
    ["-h", "serve"],
    ["help", "serve"],
    ["help check", "check"],
    ["check --help", "check"],
    ["--help check", "check"],
    ["check -h --count 3", "check"],
  ] as const) {
    test(`"pingo ${line}" asks for help`, () => {
      const { help, command: got, problems } = readArguments(words(line));
      assert.deepEqual([help, got, problems], [true, command, []]);
    });
  }

  test("--version asks for the version", () => {
    assert.equal(readArguments(["--version"]).version, true);
    assert.equal(readArguments(["--token", "--version"]).version, true, "no flag swallows a flag");
  });
});

describe("a mistake is told with its name and what would do", () => {
  const table: readonly [line: string, ...problems: string[]][] = [
    ["--prob 2s", "--prob is not an option; did you mean --probe?"],
    ["--prob=2s", "--prob is not an option; did you mean --probe?"],
    ["--hlep", "--hlep is not an option; did you mean --help?"],
    ["--verbose", "--verbose is not an option"],
    ["--Probe 2", "--Probe is not an option; did you mean --probe?"],
    ["--", "-- is not an option"],
    ["-", "- is not an option"],
    ["-v", "-v is not an option"],
    ["-token x", "-t is not an option; did you mean --token?"],
    ["--__proto__ x", "something that begins with -- is not an option"],
    ["--constructor x", "--constructor is not an option"],
    ["check -output json", "-o is not an option; did you mean --output?"],
    ["-listen :80", "-l is not an option; did you mean --listen?"],
    ["check -o", "--output needs a value (FORMAT)"],
    ["check -o json --output wide", "--output is given twice"],
    ["check --server x", "--server is not an option"],
    ["--probe", "--probe needs a value (TIME)"],
    ["--probe --timeout 1", "--probe needs a value (TIME)"],
    ["--probe 1 --probe 1", "--probe is given twice"],
    ["--probe 1 --probe", "--probe is given twice", "--probe needs a value (TIME)"],
    ["sandbox --happenings=no", "--happenings takes no value"],
    ["chekc", '"chekc" is not a command (serve, check, targets, top, demo, sandbox, completion); did you mean check?'],
    ["run", '"run" is not a command (serve, check, targets, top, demo, sandbox, completion)'],
    ["Serve", '"Serve" is not a command (serve, check, targets, top, demo, sandbox, completion); did you mean serve?'],
    ["https://192.0.2.1:6443", "that is not a command (serve, check, targets, top, demo, sandbox, completion)"],
    ["check demo", 'one command at a time: 1 more word(s) behind "check"'],
    ["check a b c", 'one command at a time: 3 more word(s) behind "check"'],
    ["help check demo", 'one command at a time: 1 more word(s) behind "check"'],
    [
      "--x 1 check --prob 2 --count",
      "--x is not an option",
      "--prob is not an option; did you mean --probe?",
      "--count needs a value (N)",
    ],
  ];
  for (const [line, ...problems] of table) {
    test(`"pingo ${line}"`, () => assert.deepEqual(readArguments(words(line)).problems, problems));
  }

  test("a command behind a mistyped flag is still the command, any other word is taken for the flag's value", () => {
    assert.equal(readArguments(["--verbose", "check"]).command, "check");
    const { command, problems } = readArguments(["--verbose", "5", "check"]);
    assert.deepEqual([command, problems], ["check", ["--verbose is not an option"]]);
  });

  test("what is no command is no command, rather than serve", () => {
    assert.equal(readArguments(["chekc"]).command, undefined);
  });

  for (const argv of [
    ["--tokne", secret],
    [`--tokne=${secret}`],
    [`--token:${secret}`],
    [`--token${secret}`],
    [`--${secret}`],
    ["--token", `--${secret}`],
    [`-${secret}`],
    [`-t${secret}`],
    ["-t", secret],
    [secret],
    ["check", secret],
    [secret, "check"],
    ["--happenings", secret],
    [`--happenings=${secret}`],
    ["--token", "a", "--token", secret],
    ["--token", secret, secret],
  ]) {
    test(`a token gone astray is not repeated: ${argv.join(" ").replaceAll(secret, "SECRET")}`, () => {
      const { problems } = readArguments(argv);
      assert.notEqual(problems.length, 0);
      assert.ok(!problems.join("\n").includes("hunter2"), problems.join("\n"));
    });
  }
});

function words(line: string): string[] {
  return line.split(" ").filter((word) => word !== "");
}
