import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../../src/clock.ts";
import { SystemLookup } from "../../../src/targets/static/system-lookup.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const failing = (code: string): Promise<never> => Promise.reject(Object.assign(new Error(`query ${code}`), { code }));

type Records = () => Promise<{ address: string; ttl: number }[]>;

function setUp(parts: { addresses: string[] | Error; v4?: Records; v6?: Records }) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const ask =
    (family: string, answer: Records = () => failing("ENOTFOUND")) =>
    (name: string) => {
      asked.push(`${family} ${name}`);
      return answer();
    };
  const getAddrInfo = async () => {
    if (parts.addresses instanceof Error) throw parts.addresses;
    return parts.addresses.map((address) => ({ address }));
  };
  const resolver = { resolve4: ask("A", parts.v4), resolve6: ask("AAAA", parts.v6), cancel() {} };
  return { clock, asked, lookup: new SystemLookup(clock, getAddrInfo, resolver) };
}

const record = (address: string, ttl: number) => ({ address, ttl });

describe("a name", () => {
  test("has the system's addresses and the shortest of DNS's TTLs", async () => {
    const { asked, lookup } = setUp({
      addresses: ["192.0.2.2", "192.0.2.1", "2001:db8::1"],
      v4: async () => [record("192.0.2.1", 30), record("192.0.2.2", 30)],
      v6: async () => [record("2001:db8::1", 20)],
    });
    assert.deepEqual(await lookup.lookup("a.example"), {
      addresses: ["192.0.2.2", "192.0.2.1", "2001:db8::1"],
      ttlMs: 20_000,
    });
    assert.deepEqual(asked, ["A a.example", "AAAA a.example"]);
  });

  test("has no TTL where DNS says something else, as for a name of /etc/hosts", async () => {
    const { lookup } = setUp({ addresses: ["192.0.2.9"], v4: async () => [record("192.0.2.1", 30)] });
    assert.deepEqual(await lookup.lookup("a.example"), { addresses: ["192.0.2.9"], ttlMs: undefined });
  });

  test("has no TTL where DNS does not know it, as with a search domain", async () => {
    const { lookup } = setUp({ addresses: ["192.0.2.9"] });
    assert.deepEqual(await lookup.lookup("db.prod"), { addresses: ["192.0.2.9"], ttlMs: undefined });
  });

  test("without a dot is not asked DNS for", async () => {
    const { asked, lookup } = setUp({ addresses: ["192.0.2.9"] });
    await lookup.lookup("db");
    assert.deepEqual(asked, []);
  });

  test("is not asked DNS for while its servers are silent", async () => {
    const { asked, clock, lookup } = setUp({ addresses: ["192.0.2.9"], v4: () => failing("ETIMEOUT") });
    await lookup.lookup("a.example");
    await lookup.lookup("b.example");
    assert.deepEqual(asked, ["A a.example"]);
    await clock.advance(600_000);
    await lookup.lookup("c.example");
    assert.deepEqual(asked, ["A a.example", "A c.example"]);
  });

  test("that fails gives the system's code", async () => {
    const { lookup } = setUp({ addresses: Object.assign(new Error("getaddrinfo EAI_AGAIN a"), { code: "EAI_AGAIN" }) });
    assert.deepEqual(await lookup.lookup("a.example"), { code: "EAI_AGAIN" });
    assert.deepEqual(await setUp({ addresses: [] }).lookup.lookup("a.example"), { code: "ENODATA" });
  });

  test("of this very machine resolves for real", async () => {
    const lookup = new SystemLookup(systemClock);
    const answer = await lookup.lookup("localhost");
    lookup.close();
    assert.ok("addresses" in answer);
    assert.match(answer.addresses.join(), /127\.0\.0\.1|::1/);
  });
});
