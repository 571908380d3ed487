import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startSandbox } from "../../src/sandbox/cluster.ts";
import { type Command, parseCommand, runCommand } from "../../src/sandbox/commands.ts";

describe("parseCommand", () => {
  const understood: [string, Command][] = [
    ["", { kind: "nothing" }],
    ["   ", { kind: "nothing" }],
    ["help", { kind: "help" }],
    ["nodes\r", { kind: "nodes" }],
    ["  stop   a-ash ", { kind: "node", verb: "stop", name: "a-ash" }],
    ["dark a-ash", { kind: "node", verb: "dark", name: "a-ash" }],
    ["return a-ash", { kind: "node", verb: "return", name: "a-ash" }],
    ["leave a-ash", { kind: "node", verb: "leave", name: "a-ash" }],
    ["move a-ash", { kind: "node", verb: "move", name: "a-ash" }],
    ["join", { kind: "join" }],
    ["api down", { kind: "api", state: "down" }],
    ["api up", { kind: "api", state: "up" }],
    ["api errors", { kind: "api-errors", seconds: 10 }],
    ["api errors 2.5", { kind: "api-errors", seconds: 2.5 }],
  ];
  for (const [line, command] of understood) {
    test(`understands ${JSON.stringify(line)}`, () => assert.deepEqual(parseCommand(line), { ok: true, command }));
  }

  const refused: [string, RegExp][] = [
    ["frob", /unknown command "frob"; "help" lists/],
    ["constructor a-ash", /unknown command/],
    ["stop", /needs the name of one node: stop NODE/],
    ["stop a b", /needs the name of one node/],
    ["join now", /"join" stands alone/],
    ["api", /"api" is followed by/],
    ["api sideways", /"api" is followed by/],
    ["api down 5", /"api" is followed by/],
    ["api errors -1", /"-1", not a number up to 3600/],
    ["api errors soon", /"soon"/],
    ["api errors 1e9", /"1e9"/],
  ];
  for (const [line, problem] of refused) {
    test(`explains what is wrong with ${JSON.stringify(line)}`, () => {
      const parsed = parseCommand(line);
      assert.ok(!parsed.ok);
      assert.match(parsed.problem, problem);
    });
  }
});

test("commands do what they say", async () => {
  const sandbox = await startSandbox({ nodes: 3, zones: 1 });
  const run = async (line: string) => {
    const parsed = parseCommand(line);
    return parsed.ok ? runCommand(sandbox, parsed.command) : [parsed.problem];
  };
  try {
    assert.ok((await run("help")).some((line) => line.startsWith("move NODE")));
    assert.match((await run("nodes"))[0] ?? "", /^a-ash {4}127\.\d+\.1\.1:10250 +listening +Ready$/);
    assert.deepEqual(await run("stop a-ash"), []);
    assert.equal(sandbox.kubelets.state("a-ash"), "stopped");
    assert.deepEqual(await run("return a-ash"), []);
    assert.equal(sandbox.kubelets.state("a-ash"), "listening");
    assert.deepEqual(await run("join"), []);
    assert.deepEqual(await run("leave a-birch"), []);
    assert.deepEqual(sandbox.nodeNames(), ["a-ash", "a-cedar", "a-elm"]);
    assert.match((await run("move nobody"))[0] ?? "", /there is no node "nobody"/);
    await run("api down");
    assert.equal(sandbox.api.listening, false);
    await run("api up");
    assert.equal(sandbox.api.listening, true);
  } finally {
    await sandbox.stop();
  }
});
