import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { hashSync } from "bcryptjs";
import { systemClock } from "../../src/clock.ts";
import type { TcpAddress } from "../../src/http/listen-address.ts";
import { HttpServer, text } from "../../src/http/server.ts";
import { FileSecurity } from "../../src/http/web-config/file-security.ts";
import { readWebConfig } from "../../src/http/web-config/read-web-config.ts";
import { createLog } from "../../src/log.ts";
import { eventually } from "../support/eventually.ts";
import { skipWithout } from "../support/need.ts";
import { type Issued, TestAuthority } from "./test-authority.ts";

const password = "correct horse";

describe("a web configuration", { skip: skipWithout("openssl") }, () => {
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let own: Issued;

  before(() => {
    authority = new TestAuthority();
    stranger = new TestAuthority();
    own = authority.issue({ san: "IP:127.0.0.1" });
  });

  after(() => {
    authority.remove();
    stranger.remove();
  });

  let files = 0;
  function write(lines: readonly string[]): string {
    const path = join(authority.folder, `web-${++files}.yml`);
    writeFileSync(path, lines.join("\n"));
    return path;
  }

  const tlsLines = (...more: string[]) => [
    "tls_server_config:",
    `  cert_file: ${own.certFile}`,
    `  key_file: ${own.keyFile}`,
    ...more.map((line) => `  ${line}`),
  ];

  /** A server that is secured so, its log, and what it refused. */
  async function serve(t: TestContext, path: string) {
    const read = await readWebConfig(path);
    assert.ok("config" in read, JSON.stringify(read));
    const told = { log: "", refused: [] as string[] };
    const log = createLog({
      format: "text",
      level: "info",
      write: (line) => {
        told.log += line;
      },
      unixMs: Date.now,
      secrets: () => [],
    });
    const security = new FileSecurity({ path, config: read.config, log, clock: systemClock });
    const server = new HttpServer({
      routes: { "/metrics": () => text(200, "up 1\n") },
      onError: (where, error) => assert.fail(`${where}: ${error.stack}`),
      onRefused: (reason) => void told.refused.push(reason),
      security,
    });
    t.after(() => server.stop());
    const [address] = await server.listen([{ host: "127.0.0.1", port: 0 }]);
    return { port: (address as TcpAddress).port, told, server };
  }

  async function get(
    port: number,
    options: ConnectionOptions & { headers?: Record<string, string>; agent?: https.Agent } = {},
  ) {
    const request = https.get({
      host: "127.0.0.1",
      port,
      path: "/metrics",
      ca: authority.ca,
      agent: false,
      ...options,
    });
    const [response] = await once(request, "response");
    let body = "";
    for await (const chunk of response.setEncoding("utf8")) body += chunk;
    return { status: response.statusCode as number, headers: response.headers, body, socket: response.socket };
  }

  /** Of the certificate that is served. */
  async function serialAt(port: number): Promise<string> {
    const request = https.get({ host: "127.0.0.1", port, path: "/metrics", ca: authority.ca, agent: false });
    const [response] = await once(request, "response");
    const { serialNumber } = response.socket.getPeerCertificate();
    response.destroy();
    return serialNumber;
  }

  /** As openssl takes a name with commas in it: 0x82 is a DNS name, 0x86 a URI (RFC 5280, 4.2.1.6). */
  function derOf(kind: number, name: string): string {
    const bytes = [0x30, name.length + 2, kind, name.length, ...Buffer.from(name)];
    return `DER:${Buffer.from(bytes).toString("hex")}`;
  }

  const basic = (name: string, word: string) => ({
    authorization: `Basic ${Buffer.from(`${name}:${word}`).toString("base64")}`,
  });

  test("with a certificate is served over TLS, and not in the clear", async (t) => {
    const { port, told } = await serve(t, write(tlsLines()));
    assert.equal((await get(port)).body, "up 1\n");
    await assert.rejects(fetch(`http://127.0.0.1:${port}/metrics`));
    await eventually("it is counted", () => told.refused.includes("tls"));
    await assert.rejects(get(port, { ca: stranger.ca }));
  });

  test("keeps to the versions of TLS that it names", async (t) => {
    const { port } = await serve(t, write(tlsLines("min_version: TLS13")));
    await assert.rejects(get(port, { maxVersion: "TLSv1.2" }));
    assert.equal((await get(port)).status, 200);
    const old = await serve(
      t,
      write(tlsLines("max_version: TLS12", "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]")),
    );
    await assert.rejects(get(old.port, { ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256", maxVersion: "TLSv1.2" }));
    assert.equal((await get(old.port, { ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" })).status, 200);
  });

  test("goes on with a certificate that rotates, and stays with the last when that is broken", async (t) => {
    const rotating = { cert: join(authority.folder, "rotating.crt"), key: join(authority.folder, "rotating.key") };
    const put = ({ certFile, keyFile }: Issued) => {
      copyFileSync(certFile, rotating.cert);
      copyFileSync(keyFile, rotating.key);
    };
    put(own);
    const path = write(["tls_server_config:", `  cert_file: ${rotating.cert}`, `  key_file: ${rotating.key}`]);
    const { port, told } = await serve(t, path);
    const serial = () => serialAt(port);
    const first = await serial();
    put(authority.issue({ san: "IP:127.0.0.1" }));
    await eventually("the new one is served", async () => (await serial()) !== first, 10_000);
    const second = await serial();
    writeFileSync(rotating.cert, "no certificate");
    await eventually("it is told", () => /cannot be used, so that the last one stays/.test(told.log), 10_000);
    assert.equal(await serial(), second);
  });

  test("names a certificate that comes later, and takes it then", async (t) => {
    const path = write(tlsLines());
    const { port, told } = await serve(t, path);
    const first = await serialAt(port);
    const later = { cert: join(authority.folder, "later.crt"), key: join(authority.folder, "later.key") };
    writeFileSync(path, ["tls_server_config:", "  cert_file: later.crt", "  key_file: later.key"].join("\n"));
    await eventually("it is told", () => told.log.includes("later.crt"));
    const { certFile, keyFile } = authority.issue({ san: "IP:127.0.0.1" });
    copyFileSync(keyFile, later.key);
    copyFileSync(certFile, later.cert);
    await eventually("it is served", async () => (await serialAt(port)) !== first);
    assert.equal(told.log.match(/is in force/g)?.length, 1);
  });

  describe("that wants certificates of clients", () => {
    const wanting = (type: string, ...more: string[]) =>
      write(tlsLines(`client_auth_type: ${type}`, `client_ca_file: ${authority.caFile}`, ...more));
    const good = () => authority.issue({ san: "DNS:scraper" });
    const expired = () => authority.issue({ san: "DNS:scraper", validity: ["20200101000000Z", "20200102000000Z"] });
    const foreign = () => stranger.issue({ san: "DNS:scraper" });

    for (const [type, allowed] of [
      ["NoClientCert", ["none", "good", "expired", "foreign"]],
      ["RequestClientCert", ["none", "good", "expired", "foreign"]],
      ["RequireAnyClientCert", ["good", "expired", "foreign"]],
      ["VerifyClientCertIfGiven", ["none", "good"]],
      ["RequireAndVerifyClientCert", ["good"]],
    ] as const) {
      test(`as ${type} says lets in ${allowed.join(", ")}`, async (t) => {
        const { port, told } = await serve(t, wanting(type));
        const clients = { none: undefined, good: good(), expired: expired(), foreign: foreign() };
        let refused = 0;
        for (const [name, client] of Object.entries(clients)) {
          const options = client === undefined ? {} : { cert: client.cert, key: client.key };
          if ((allowed as readonly string[]).includes(name)) {
            assert.equal((await get(port, options)).status, 200, name);
            continue;
          }
          await assert.rejects(get(port, options), `${name} was let in`);
          refused++;
          await eventually(
            "it is counted",
            () => told.refused.filter((reason) => reason === "certificate").length === refused,
          );
        }
      });
    }

    for (const type of ["VerifyClientCertIfGiven", "RequestClientCert"]) {
      test(`goes on wanting them where ${type} would let in who has none`, async (t) => {
        const path = wanting("RequireAndVerifyClientCert");
        const { port, told } = await serve(t, path);
        const withoutNeed = readFileSync(path, "utf8").replace("RequireAndVerifyClientCert", type);
        writeFileSync(path, withoutNeed);
        await eventually("it is told", () => /client_auth_type: nobody would need a cert.*restart/.test(told.log));
        await assert.rejects(get(port));
        const { cert, key } = good();
        assert.equal((await get(port, { cert, key })).status, 200);
      });
    }

    test("and one of a few names in them, lets nobody else in", async (t) => {
      const { port } = await serve(
        t,
        wanting(
          "RequireAndVerifyClientCert",
          'client_allowed_sans: ["scraper", "192.0.2.7", "::1", "2001:DB8::7", "spiffe://z/a,b"]',
        ),
      );
      for (const [san, isIn] of [
        ["DNS:scraper", true],
        ["IP:192.0.2.7", true],
        ["IP:::1", true],
        ["IP:2001:db8:0:0::7", true],
        ["IP:2001:db8::8", false],
        ["DNS:other,DNS:scraper", true],
        [derOf(0x82, "a, DNS:scraper, b"), false],
        [derOf(0x86, "spiffe://z/a,b"), true],
        ["DNS:other", false],
        ["DNS:scraper.example", false],
      ] as const) {
        const { cert, key } = authority.issue({ san });
        if (isIn) assert.equal((await get(port, { cert, key })).status, 200, san);
        else await assert.rejects(get(port, { cert, key }), san);
      }
    });
  });

  describe("that wants a password", () => {
    const users = () => ["basic_auth_users:", `  alice: ${hashSync(password, 10)}`];

    test("takes the right one, over TLS, and answers the rest with 401", async (t) => {
      const { port, told } = await serve(t, write([...tlsLines(), ...users()]));
      assert.equal((await get(port, { headers: basic("alice", password) })).status, 200);
      for (const headers of [
        {},
        basic("alice", "wrong"),
        basic("alice", ""),
        basic("bob", password),
        basic("", password),
        basic("__proto__", password),
        { authorization: "Bearer x" },
        { authorization: "Basic !!!" },
        { authorization: `Basic ${Buffer.from("alice").toString("base64")}` },
      ]) {
        const { status, headers: answered, body } = await get(port, { headers });
        assert.deepEqual([status, answered["www-authenticate"], body], [401, 'Basic realm="pingo"', "Unauthorized\n"]);
      }
      assert.equal(told.refused.filter((reason) => reason === "password").length, 9);
    });

    test("takes as long over a name that nobody has", async (t) => {
      const { port } = await serve(t, write([...tlsLines(), ...users()]));
      const timeOf = async (name: string, word: string) => {
        const startMs = performance.now();
        await get(port, { headers: basic(name, word) });
        return performance.now() - startMs;
      };
      await timeOf("alice", "warm up");
      const [known, unknown] = [await timeOf("alice", "wrong"), await timeOf("nobody", "wrong")];
      assert.ok(unknown > known / 3, `${unknown} ms against ${known} ms tells who has a password`);
    });

    test("answers who has it while others guess", async (t) => {
      const { port, told } = await serve(t, write([...tlsLines(), ...users()]));
      const right = { headers: basic("alice", password) };
      await get(port, right);
      let isOver = false;
      const guessing = Array.from({ length: 20 }, async (_, guesser) => {
        const statuses = new Set<number>();
        // Handshakes of TLS alone would fill the machine.
        const agent = new https.Agent({ keepAlive: true });
        for (let guess = 0; !isOver; guess++) {
          statuses.add((await get(port, { agent, headers: basic("alice", `${guesser} ${guess}`) })).status);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        return statuses;
      });
      const times: number[] = [];
      for (let scrape = 0; scrape < 20; scrape++) {
        const startMs = performance.now();
        assert.equal((await get(port, right)).status, 200);
        times.push(performance.now() - startMs);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      isOver = true;
      const statuses = new Set((await Promise.all(guessing)).flatMap((set) => [...set]));
      assert.deepEqual([...statuses].toSorted(), [401, 429]);
      assert.ok(told.refused.length > 20);
      // Not the slowest: what else runs on the machine slows down one or the other, a queue would slow down all.
      const median = times.toSorted((a, b) => a - b)[times.length / 2] as number;
      assert.ok(median < 100, `a scrape took ${median} ms beside the guessing`);
    });

    test("lets in who was never checked before while somebody else guesses", async (t) => {
      const { port } = await serve(t, write(users()));
      const ask = async (from: string, word: string) => {
        const request = http.get({
          host: "127.0.0.1",
          port,
          path: "/metrics",
          localAddress: from,
          headers: basic("alice", word),
        });
        const [response] = await once(request, "response");
        response.resume();
        await once(response, "end");
        return response.statusCode as number;
      };
      const statuses = new Set<number>();
      let isOver = false;
      const guessing = Array.from({ length: 20 }, async (_, guesser) => {
        for (let guess = 0; !isOver; guess++) {
          statuses.add(await ask("127.0.0.2", `${guesser} ${guess}`));
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      });
      await eventually("the guesses are too many", () => statuses.has(429));
      const startMs = performance.now();
      const status = await ask("127.0.0.1", password);
      const tookMs = performance.now() - startMs;
      isOver = true;
      await Promise.all(guessing);
      assert.equal(status, 200);
      assert.ok(tookMs < 2_000, `it took ${tookMs} ms`);
      assert.deepEqual([...statuses].toSorted(), [401, 429]);
    });

    for (const [name, left] of [
      ["an emptied file", []],
      ["a file without users", ["basic_auth_users:"]],
      ["a file with headers alone", ["http_server_config: {headers: {X-Frame-Options: deny}}"]],
    ] as const) {
      test(`goes on wanting it after ${name}`, async (t) => {
        const path = write(users());
        const { port, told } = await serve(t, path);
        const url = `http://127.0.0.1:${port}/metrics`;
        writeFileSync(path, left.join("\n"));
        await eventually("it is told", () => /basic_auth_users: are gone.*restart PinGo/.test(told.log));
        const answers = [await fetch(url), await fetch(url, { headers: basic("alice", password) })];
        assert.deepEqual(
          answers.map(({ status }) => status),
          [401, 200],
        );
        writeFileSync(path, ["basic_auth_users:", `  bob: ${hashSync("new", 4)}`].join("\n"));
        const isIn = async () => (await fetch(url, { headers: basic("bob", "new") })).status === 200;
        await eventually("what mends it is taken", isIn);
        assert.equal(told.log.match(/are gone/g)?.length, 1);
      });
    }

    test("follows a change of the file", async (t) => {
      const path = write([...tlsLines(), ...users()]);
      const { port } = await serve(t, path);
      writeFileSync(path, [...tlsLines(), "basic_auth_users:", `  bob: ${hashSync("new", 4)}`].join("\n"));
      await eventually(
        "bob is let in",
        async () => (await get(port, { headers: basic("bob", "new") })).status === 200,
        10_000,
      );
      assert.equal((await get(port, { headers: basic("alice", password) })).status, 401);
    });
  });

  test("puts its headers on every answer", async (t) => {
    const headers = [
      "http_server_config:",
      "  headers:",
      "    Strict-Transport-Security: max-age=1",
      '    X-Frame-Options: ""',
    ];
    const { port } = await serve(t, write([...tlsLines(), ...headers]));
    const { headers: answered } = await get(port);
    assert.equal(answered["strict-transport-security"], "max-age=1");
    assert.equal(answered["x-frame-options"], undefined);
  });

  test("tells all that is wrong with it at once, and no secret", async () => {
    const path = write([
      "tls_server_config:",
      `  cert_file: ${join(authority.folder, "missing.crt")}`,
      "  client_auth_type: Sometimes",
      "  cipher_suites: [RC4]",
      "  prefer_server_cipher_suites: maybe",
      "  typo: 1",
      "http_server_config: {headers: {X-Other: a}}",
      "basic_auth_users: {alice: hunter2, bob: 5}",
      "rate_limit: {interval: 1s}",
      "unheard_of: 1",
    ]);
    const read = await readWebConfig(path);
    assert.ok("problems" in read);
    const said = read.problems.join("\n");
    for (const expected of [
      /tls_server_config\.cert_file: ENOENT/,
      /tls_server_config\.key_file: is missing/,
      /tls_server_config\.client_auth_type: "Sometimes" is not one of NoClientCert/,
      /tls_server_config\.cipher_suites: "RC4" is not one of/,
      /tls_server_config\.prefer_server_cipher_suites: is neither true nor false/,
      /tls_server_config\.typo: is not known/,
      /http_server_config\.headers\.X-Other: is not known/,
      /basic_auth_users\.alice: is no bcrypt hash/,
      /basic_auth_users\.bob: is no text/,
      /rate_limit: is not supported/,
      /unheard_of: is not known/,
    ]) {
      assert.match(said, expected);
    }
    assert.ok(read.problems.every((problem) => problem.startsWith(`${path}: `)));
    assert.doesNotMatch(said, /hunter2/);
  });

  for (const [name, lines, problem] of [
    [
      "a key of another certificate",
      () => [
        "tls_server_config:",
        `  cert_file: ${own.certFile}`,
        `  key_file: ${authority.issue({ san: "DNS:x" }).keyFile}`,
      ],
      /certificate and key cannot be used/,
    ],
    [
      "no authority for what it verifies",
      () => tlsLines("client_auth_type: RequireAndVerifyClientCert"),
      /client_ca_file: is missing/,
    ],
    [
      "names without certificates",
      () => tlsLines('client_allowed_sans: ["a"]'),
      /client_allowed_sans: needs client_auth_type/,
    ],
    [
      "authorities that are none",
      () => tlsLines("client_auth_type: RequireAndVerifyClientCert", `client_ca_file: ${own.keyFile}`),
      /tls_server_config\.client_ca_file: has no certificate in PEM in it/,
    ],
    [
      "an empty file of authorities",
      () => tlsLines("client_auth_type: RequireAndVerifyClientCert", `client_ca_file: ${write([])}`),
      /tls_server_config\.client_ca_file: has no certificate in PEM in it/,
    ],
    [
      "an authority that is cut short",
      () => {
        const short = authority.ca.replace(/(BEGIN CERTIFICATE-----\n.{64})[^-]*/s, "$1\n");
        return tlsLines("client_auth_type: RequireAnyClientCert", `client_ca_file: ${write([authority.ca, short])}`);
      },
      /tls_server_config\.client_ca_file: certificate 2 of 2 cannot be read: /,
    ],
    [
      "versions that exclude each other",
      () => tlsLines("min_version: TLS13", "max_version: TLS12"),
      /tls_server_config\.min_version: no version is from TLS13 \(min_version\) to TLS12 \(max_version\)/,
    ],
    [
      "a last version before the first that is taken by default",
      () => tlsLines("max_version: TLS11"),
      /tls_server_config\.max_version: no version is from TLS12 \(min_version\) to TLS11 \(max_version\)/,
    ],
    ["YAML that is none", () => ["tls_server_config: ["], /cannot be read/],
    ["a list", () => ["- a"], /is no mapping/],
    ["both a certificate and its file", () => tlsLines("cert: x"), /and cert_file are both there/],
  ] as const) {
    test(`with ${name} is refused`, async () => {
      const read = await readWebConfig(write(lines()));
      assert.match("problems" in read ? read.problems.join("\n") : "", problem);
    });
  }

  test("takes hashes of bcrypt that can match, and no others", async () => {
    const rest = hashSync(password, 4).slice("$2b$04$".length);
    for (const [start, problem] of [
      ["$2a$04$", undefined],
      ["$2b$10$", undefined],
      ["$2y$16$", undefined],
      ["$2x$10$", /basic_auth_users\.alice: is a bcrypt hash of revision 2x, which nobody makes/],
      ["$2$10$", /is a bcrypt hash of revision 2, which nobody makes/],
      ["$2y$02$", /is a bcrypt hash of cost 2, which is not one of 4 to 16/],
      ["$2y$17$", /is a bcrypt hash of cost 17, /],
      ["$2y$99$", /is a bcrypt hash of cost 99, /],
      ["$1$10$", /is no bcrypt hash/],
    ] as const) {
      const read = await readWebConfig(write(["basic_auth_users:", `  alice: ${start}${rest}`]));
      if (problem === undefined) assert.ok("config" in read, start);
      else assert.match("problems" in read ? read.problems.join("\n") : "", problem, start);
    }
  });

  test("warns of hashes that are slow to check", async (t) => {
    const hash = hashSync(password, 4).replace("$04$", "$15$");
    const { told } = await serve(t, write(["basic_auth_users:", `  alice: ${hash}`]));
    assert.match(told.log, /WARN.*basic_auth_users\.alice: a hash of cost 15 takes seconds to check/i);
  });

  test("that changes between its reading and the first look at it is read again", async (t) => {
    const path = write([]);
    const read = await readWebConfig(path);
    assert.ok("config" in read);
    writeFileSync(path, "http_server_config: {headers: {X-Frame-Options: deny}}");
    const log = createLog({ format: "text", level: "info", write: () => {}, unixMs: Date.now, secrets: () => [] });
    const security = new FileSecurity({ path, config: read.config, log, clock: systemClock });
    t.after(() => security.stop());
    await eventually("it is in force", () => security.headers()["X-Frame-Options"] === "deny");
  });

  test("that is not there is refused, and an empty one changes nothing", async () => {
    assert.match(JSON.stringify(await readWebConfig("/nowhere/web.yml")), /cannot be read/);
    const empty = await readWebConfig(write([]));
    assert.deepEqual("config" in empty && { ...empty.config, files: undefined }, {
      tls: undefined,
      headers: {},
      users: new Map(),
      warnings: [],
      files: undefined,
    });
  });
});
