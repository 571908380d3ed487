import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { complete } from "../../../src/cli/completion/complete.ts";
import { kubectlFace, pingoFace } from "../../../src/config/face.ts";
import { commands } from "../../../src/config/options/option.ts";
import { optionNames, options } from "../../../src/config/options.ts";

const kubeconfig = `
contexts: [{ name: "arn:aws:eks:eu-west-1:1:cluster/prod" }, { name: staging }]
clusters: [{ name: c-prod }, { name: c-staging }]
users: [{ name: alice }]
`;

function sources(files: Record<string, string>) {
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
    return text;
  };
  return { env: { HOME: "/home/me" }, readFile };
}

const usual = sources({ "/home/me/.kube/config": kubeconfig, "/home/me/other": "contexts: [{ name: other }]" });

async function completed(words: readonly string[], { face = pingoFace, from = usual } = {}) {
  const lines = (await complete(words, from, face)).trimEnd().split("\n");
  return { words: lines.slice(0, -1).map((line) => line.split("\t")[0]), directive: lines.at(-1), lines };
}

describe("what a word may become", () => {
  const table: readonly [typed: readonly string[], words: readonly string[], directive?: string][] = [
    [["ch"], ["check"]],
    [["check", "--cou"], ["--count"]],
    [
      ["check", "--engine", ""],
      ["auto", "kernel", "portable"],
    ],
    [["check", "--engine", "p"], ["portable"]],
    [["check", "--engine=p"], ["--engine=portable"]],
    [
      ["check", "--ip-family", ""],
      ["auto", "4", "6", "both"],
    ],
    [["check", "-o", "w"], ["wide"]],
    [["--log-level", "d"], ["debug"]],
    [["check", "--ca-file", ""], [], ":0"],
    [["serve", "--history", "/var/"], [], ":0"],
    [["check", "--count", ""], []],
    [
      ["check", "--context", ""],
      ["arn:aws:eks:eu-west-1:1:cluster/prod", "staging"],
    ],
    [["check", "--context=st"], ["--context=staging"]],
    [["check", "--kubeconfig", "/home/me/other", "--context", ""], ["other"]],
    [["check", "--kubeconfig=~/other", "--context", ""], ["other"]],
    [["check", "--kubeconfig", "/home/me/none", "--context", ""], []],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["completion", "zsh", ""], []],
    [["help", "ta"], ["targets"]],
    [["check", ""], []],
    [["check", "--nonsense", "--cou"], ["--count"]],
    [["nonsense", "--"], []],
  ];
  for (const [typed, words, directive = ":4"] of table) {
    test(`pingo ${typed.join(" ")}|`, async () => {
      const got = await completed(typed);
      assert.deepEqual([got.words, got.directive], [words, directive]);
    });
  }

  test("commands and flags come with what they mean, and all of them", async () => {
    assert.deepEqual((await completed([""])).words, [...commands]);
    const { words, lines } = await completed(["check", "--"]);
    const own = optionNames.filter((name) => (options[name].commands as readonly string[]).includes("check"));
    assert.deepEqual(words, [...own.map((name) => `--${name}`), "--help", "--version"]);
    assert.ok(lines.includes("--count\thandshakes to each node"));
  });

  test("a flag that is given is not offered again, unless it can be repeated", async () => {
    const { words } = await completed(["check", "--count", "3", "--context", "staging", "--cont"]);
    assert.deepEqual((await completed(["check", "--count", "3", "--cou"])).words, []);
    assert.deepEqual(words, ["--context"]);
  });

  test("with kubectl, its own flags and the names of its kubeconfig are there", async () => {
    const kubectl = { face: kubectlFace };
    assert.deepEqual((await completed(["--user", ""], kubectl)).words, ["alice"]);
    assert.deepEqual((await completed(["--cluster=c-p"], kubectl)).words, ["--cluster=c-prod"]);
    assert.deepEqual((await completed(["--se"], kubectl)).words, ["--server", "--selector"]);
    assert.deepEqual((await completed(["--ap"], kubectl)).words, []);
    assert.deepEqual((await completed(["top", "--user", ""], kubectl)).words, [], "a password is nobody's to offer");
  });
});
