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
async function inShell(engine: string, script: string, wrapper: readonly string[] = []): Promise<Said[]> {
  const [command = "sh", ...args] = [...wrapper, "sh", "-ec", script];
  const child = spawn(command, args, {
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, ENGINE: engine, HANDSHAKE: `${process.execPath} ${probe}` },
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

for (const engine of ["kernel", "portable"]) {
  describe(`trouble of this machine counts against no target: ${engine} engine`, () => {
    test("no file descriptor left is local, and the handshakes that had one are not harmed", async () => {
      const said = await inShell(engine, "ulimit -n 64; exec $HANDSHAKE 127.0.0.1 listen 200");
      assert.deepEqual(new Set(said.map(({ result }) => result)), new Set(["ok", "local"]));
      assert.deepEqual(
        new Set(said.filter(({ result }) => result === "local").map(({ code }) => code)),
        new Set(["EMFILE"]),
      );
    });

    describe("in a network of its own", { skip: skipWithout("root", "unshare", "ip") }, () => {
      test("no route from here, as connect itself says, is local", async () => {
        assert.deepEqual(await inShell(engine, "exec $HANDSHAKE 198.18.0.9 1", ownNetwork), [
          { result: "local", code: "ENETUNREACH" },
        ]);
      });

      test("no port left is local", async () => {
        const script = `ip link set lo up
        sysctl -q -w net.ipv4.ip_local_port_range="50000 50009"
        exec $HANDSHAKE 127.0.0.1 listen 60`;
        const said = await inShell(engine, script, ownNetwork);
        const local = said.filter(({ result }) => result === "local");
        assert.ok(local.length > 0 && local.every(({ code }) => code === "EADDRNOTAVAIL"), JSON.stringify(said));
        assert.ok(
          said.every(({ result }) => result === "ok" || result === "local"),
          JSON.stringify(said),
        );
      });

      test("a route that says unreachable or prohibited is local", async () => {
        const script = `ip link set lo up
        ip route add unreachable 198.18.1.0/24
        ip route add prohibit 198.18.2.0/24
        $HANDSHAKE 198.18.1.1 1
        $HANDSHAKE 198.18.2.1 1`;
        assert.deepEqual(await inShell(engine, script, ownNetwork), [
          { result: "local", code: "EHOSTUNREACH" },
          { result: "local", code: "EACCES" },
        ]);
      });

      test("a router that refuses is unreachable, which is the target's, over IPv4 and over IPv6", async () => {
        // A second network behind a veth pair plays the router; its name lives in a /run of our own.
        const script = `mount -t tmpfs none /run
        ip link set lo up
        ip netns add router
        ip link add near type veth peer name far netns router
        ip addr add 198.18.0.1/24 dev near
        ip addr add fd00::1/64 dev near nodad
        ip link set near up
        ip -n router addr add 198.18.0.2/24 dev far
        ip -n router addr add fd00::2/64 dev far nodad
        ip -n router link set far up
        ip netns exec router sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
        ip -n router route add prohibit 198.18.9.0/24
        ip -n router -6 route add prohibit fd00:9::/64
        ip route add default via 198.18.0.2
        ip -6 route add default via fd00::2
        $HANDSHAKE 198.18.9.1 1
        $HANDSHAKE fd00:9::1 1
        ip netns del router`;
        assert.deepEqual(await inShell(engine, script, [...ownNetwork, "--mount"]), [
          { result: "unreachable", code: "EHOSTUNREACH" },
          { result: "unreachable", code: "EACCES" },
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
        assert.deepEqual(await inShell(engine, script, ownNetwork), [{ result: "unreachable", code: "EHOSTUNREACH" }]);
      });
    });
  });
}
