import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { skipWithout } from "../support/need.ts";
import { programsFolder } from "../support/programs.ts";

/** In a kubeconfig that came from somebody else. */
const hostile = "x;touch pwned";
const context = "arn:aws:eks:eu-west-1:1:cluster/prod";
let programs: ReturnType<typeof programsFolder>;
let work: string;

before(() => {
  programs = programsFolder();
  work = mkdtempSync(join(tmpdir(), "pingo-completion-"));
  writeFileSync(
    join(work, "kubeconfig"),
    `contexts: [{ name: "${context}" }, { name: staging }, { name: "${hostile}" }]\n`,
  );
  writeFileSync(join(work, "ca.pem"), "");
});
after(() => {
  programs.remove();
  rmSync(work, { recursive: true });
});

/** What a command prints, with nothing on standard error. */
function output(command: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): string {
  const path = `${programs.folder}:${process.env.PATH}`;
  const env = { PATH: path, HOME: work, KUBECONFIG: join(work, "kubeconfig"), TERM: "dumb", ...more };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: work, env, encoding: "utf8", timeout: 60_000 });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" }, `${command}: ${stdout}`);
  return stdout;
}

describe("bash", { skip: skipWithout("bash") }, () => {
  /** What Bash would put into the line for its last word, which is broken at `=` and `:` as Bash breaks it. */
  function replies(line: string): string[] {
    const words = line.split(/(?<==|:)|(?==|:)| /).filter((word) => word !== "");
    if (line.endsWith(" ")) words.push("");
    const script = `
      source <(pingo completion bash)
      COMP_LINE="$1" COMP_POINT=\${#1}; shift
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      $(complete -p pingo | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return output("bash", ["-c", script, "bash", line, ...words])
      .split("\n")
      .filter((word) => word !== "");
  }

  for (const [line, expected] of [
    ["pingo tar", ["targets"]],
    ["pingo check --engine ", ["auto", "kernel", "portable"]],
    ["pingo check --engine=p", ["portable"]],
    ["pingo check --engine=", ["auto", "kernel", "portable"]],
    ["pingo check --context st", ["staging"]],
    ["pingo check --context arn:aws:e", ["eks:eu-west-1:1:cluster/prod"]],
    ["pingo check --context arn:", ["aws:eks:eu-west-1:1:cluster/prod"]],
    ["pingo check --context=arn:aw", ["aws:eks:eu-west-1:1:cluster/prod"]],
    ["pingo check --cou", ["--count"]],
    // Bash would put it into the line as it is, and Enter would run it.
    ["pingo check --context x", []],
    // Left to the shell, which knows its files.
    ["pingo check --ca-file ", []],
  ] as const) {
    test(`completes "${line}"`, () => assert.deepEqual(replies(line), expected));
  }

  test("leaves files to the shell only where they would do", () => {
    const script = `
      source <(pingo completion bash)
      compopt() { echo "compopt $*"; }
      for COMP_LINE in "pingo check --ca-file " "pingo check --count "; do
        COMP_POINT=\${#COMP_LINE} COMP_WORDS=($COMP_LINE "") COMP_CWORD=3
        echo "$COMP_LINE"; _pingo
      done; complete -p pingo`;
    assert.equal(
      output("bash", ["-c", script]),
      "pingo check --ca-file \npingo check --count \ncompopt +o default\ncomplete -o default -F _pingo pingo\n",
    );
  });
});

describe("fish", { skip: skipWithout("fish") }, () => {
  for (const [line, expected] of [
    ["pingo tar", ["targets"]],
    ["pingo check --engine ", ["auto", "kernel", "portable"]],
    ["pingo check --context arn:aws", [context]],
    ["pingo check --output=w", ["--output=wide"]],
    ["pingo check --ca-file c", ["ca.pem"]],
    ["pingo check --count ", []],
  ] as const) {
    test(`completes "${line}"`, () => {
      const script = `pingo completion fish | source; complete -C '${line}'`;
      const lines = output("fish", ["--no-config", "-c", script]).split("\n");
      assert.deepEqual(
        lines.filter((line) => line !== "").map((line) => line.split("\t")[0]),
        expected,
      );
    });
  }
});

describe("zsh", { skip: skipWithout("zsh") }, () => {
  /** The line after a press of the tabulator in a real zsh on a terminal of its own (zsh/zpty). */
  function pressTab(line: string): string {
    const script = `
      zmodload zsh/zpty
      zpty z 'zsh -f -i'
      zpty -w z "PS1=; autoload -Uz compinit; compinit -u -d $HOME/dump; source <(pingo completion zsh)"
      zpty -w z 'show() { print -r -- "<<$BUFFER>>"; zle .kill-buffer }; zle -N show; bindkey "^X" show; print re''ady'
      zpty -r z all '*ready*'
      zpty -w -n z "$1"$'\\t'
      zpty -w -n z $'\\C-x'
      zpty -r z all '*<<*>>*'
      print -r -- "\${\${all##*<<}%%>>*}"
      zpty -d z`;
    return output("zsh", ["-f", "-c", script, "zsh", line]).trim();
  }

  for (const [line, expected] of [
    ["pingo tar", "pingo targets"],
    ["pingo check --engine p", "pingo check --engine portable"],
    ["pingo check --engine=p", "pingo check --engine=portable"],
    ["pingo check --context ar", "pingo check --context arn:aws:eks:eu-west-1:1:cluster/prod"],
    ["pingo check --context x", "pingo check --context x\\;touch\\ pwned"],
    ["pingo check --ca-file c", "pingo check --ca-file ca.pem"],
  ] as const) {
    test(`completes "${line}"`, () => assert.equal(pressTab(line).replaceAll("\\:", ":"), expected));
  }
});

describe("kubectl", { skip: skipWithout("kubectl") }, () => {
  test("asks the plugin itself", () => {
    const args = ["__complete", "pingo", "check", "--context", "s"];
    const path = `${programs.folder}:${process.env.PATH}`;
    const env = { PATH: path, HOME: work, KUBECONFIG: join(work, "kubeconfig") };
    const { stdout } = spawnSync("kubectl", args, { env, encoding: "utf8" });
    assert.equal(stdout, "staging\n:4\n");
  });
});

test("a shell there is no script for is refused, and so is none", () => {
  for (const args of [["completion"], ["completion", "tcsh"]]) {
    const { status, stdout, stderr } = spawnSync(join(programs.folder, "pingo"), args, { encoding: "utf8" });
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /bash.*zsh.*fish/);
  }
});
