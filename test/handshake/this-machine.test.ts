import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { skipWithout } from "../support/need.ts";

const probe = fileURLToPath(new URL("../support/handshake-once.ts", import.meta.url));

interface Said {
  readonly result: string;
  readonly code?: string;
}

/** Runs a shell script in which "$HANDSHAKE HOST PORT [COUNT]" makes handshakes; gives what each ended with. */
async function inShell(script: string, wrapper: readonly string[] = []): Promise<Said[]> {
  const [command = "sh", ...args] = [...wrapper, "sh", "-ec", script];
  const child = spawn(command, args, {
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, HANDSHAKE: `${process.execPath} ${probe}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  for await (const chunk of child.stdout) output += chunk;
  assert.notEqual(output, "", `${script}\nprinted nothing`);
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** A network of its own, which ends with the process: nothing outside it is touched. */
const ownNetwork = ["unshare", "--net"];

describe("trouble of this machine counts against no target", () => {
  test("no file descriptor left is local, and the handshakes that had one are not harmed", async () => {
    const said = await inShell("ulimit -n 64; exec $HANDSHAKE 127.0.0.1 listen 200");
    assert.deepEqual(new Set(said.map(({ result }) => result)), new Set(["ok", "local"]));
    assert.deepEqual(
      new Set(said.filter(({ result }) => result === "local").map(({ code }) => code)),
      new Set(["EMFILE"]),
    );
  });

  describe("in a network of its own", { skip: skipWithout("root", "unshare", "ip") }, () => {
    test("no route from here, as connect itself says, is local", async () => {
      assert.deepEqual(await inShell("exec $HANDSHAKE 198.18.0.9 1", ownNetwork), [
        { result: "local", code: "ENETUNREACH" },
      ]);
    });

    test("a route that says unreachable or prohibited is local", async () => {
      const script = `ip link set lo up
        ip route add unreachable 198.18.1.0/24
        ip route add prohibit 198.18.2.0/24
        $HANDSHAKE 198.18.1.1 1
        $HANDSHAKE 198.18.2.1 1`;
      assert.deepEqual(await inShell(script, ownNetwork), [
        { result: "local", code: "EHOSTUNREACH" },
        { result: "local", code: "EACCES" },
      ]);
    });

    test("a neighbour that answers no ARP is unreachable, which is the target's", async () => {
      // The kernel tells its own socket with an ICMP message to itself, which needs the loopback.
      const script = `ip link set lo up
        ip link add near type veth peer name far
        ip addr add 198.18.0.1/24 dev near
        ip link set near up
        ip link set far up
        exec $HANDSHAKE 198.18.0.9 1`;
      assert.deepEqual(await inShell(script, ownNetwork), [{ result: "unreachable", code: "EHOSTUNREACH" }]);
    });
  });
});
