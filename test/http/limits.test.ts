import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import { connect, createServer, Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { negotiateCoding } from "../../src/http/content-encoding.ts";
import type { TcpAddress } from "../../src/http/listen-address.ts";
import { busy, HttpServer, text } from "../../src/http/server.ts";
import { Slots } from "../../src/http/slots.ts";
import { eventually } from "../support/eventually.ts";

/** More than the kernel takes off a sender for a reader who does not read. */
const pageBytes = 20_000_000;

function* page() {
  const chunk = Buffer.alloc(50_000);
  for (let sent = 0; sent < pageBytes; sent += chunk.length) yield chunk.fill(0x61 + ((sent / chunk.length) % 26));
}

async function serve(t: TestContext) {
  const slots = new Slots(4, 500, () => performance.now());
  const refused: string[] = [];
  const server = new HttpServer({
    routes: {
      "/metrics": () => text(200, "up 1\n"),
      "/page": () => ({ status: 200, contentType: "text/plain", body: page() }),
      "/bounded": ({ peer }) => {
        const slot = slots.take(peer);
        if (slot === undefined) return busy("try again\n");
        const { signal } = slot;
        function* moving() {
          for (const chunk of page()) {
            slot?.moved();
            yield chunk;
          }
        }
        return { status: 200, contentType: "text/plain", body: moving(), signal, sent: () => slot.free() };
      },
      "/long": () => text(200, "x".repeat(5_000)),
    },
    onError: (where, error) => assert.fail(`${where}: ${error.stack}`),
    onRefused: (reason) => void refused.push(reason),
  });
  t.after(() => server.stop());
  const [address] = await server.listen([{ host: "127.0.0.1", port: 0 }]);
  return { port: (address as TcpAddress).port, refused, server };
}

async function opened(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  // Else it would not see that it was closed.
  socket.resume();
  return socket;
}

/** How long the slowest but one of many scrapes takes, each over a connection of its own, in milliseconds. */
async function scrapeMs(port: number): Promise<number> {
  const times: number[] = [];
  for (let scrape = 0; scrape < 20; scrape++) {
    const startMs = performance.now();
    const request = http.get({ host: "127.0.0.1", port, path: "/metrics", agent: false });
    const [response] = await once(request, "response");
    for await (const _ of response);
    assert.equal(response.statusCode, 200);
    times.push(performance.now() - startMs);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return times.toSorted((a, b) => a - b).at(-2) as number;
}

describe("a scrape takes less than 100 ms", () => {
  test("beside a thousand connections that say nothing", async (t) => {
    const { port, refused } = await serve(t);
    for (let count = 0; count < 1_000; count++) await opened(t, port);
    assert.ok((await scrapeMs(port)) < 100);
    assert.ok(refused.filter((reason) => reason === "evicted").length >= 1_000 - 128);
  });

  test("beside two hundred that send a header byte by byte", async (t) => {
    const { port } = await serve(t);
    const sockets = await Promise.all(Array.from({ length: 200 }, () => opened(t, port)));
    const dripping = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write("X");
    }, 50);
    t.after(() => clearInterval(dripping));
    for (const socket of sockets) socket.write("GET /metrics HTTP/1.1\r\nX");
    assert.ok((await scrapeMs(port)) < 100);
  });

  test("beside a hundred that ask for a page and do not read it", async (t) => {
    const { port } = await serve(t);
    for (let count = 0; count < 100; count++) {
      const socket = await opened(t, port);
      socket.pause();
      socket.write("GET /page HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    assert.ok((await scrapeMs(port)) < 100);
  });

  test("beside those who hold every place for a long answer and do not read, and it gets a place at once", async (t) => {
    const { port, refused } = await serve(t);
    for (let count = 0; count < 10; count++) {
      const socket = await opened(t, port);
      socket.pause();
      socket.write("GET /bounded HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok((await scrapeMs(port)) < 100);
    for (const localAddress of ["127.0.0.1", "127.0.0.2"]) {
      // Who shares the address of those who do not read waits until it is clear that they do not.
      if (localAddress === "127.0.0.1") await new Promise((resolve) => setTimeout(resolve, 500));
      const request = http.get({ host: "127.0.0.1", port, path: "/bounded", localAddress, agent: false });
      const [response] = await once(request, "response");
      let bytes = 0;
      for await (const chunk of response) bytes += chunk.length;
      assert.deepEqual([response.statusCode, bytes], [200, pageBytes], localAddress);
    }
    assert.deepEqual(refused, []);
  });

  for (const [name, request] of [
    ["requests", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["requests that expect something", "GET / HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n"],
  ] as const) {
    test(`beside 127 that send ten thousand ${name} and read no answer`, async (t) => {
      const { port, refused } = await serve(t);
      const before = process.memoryUsage.rss();
      const sockets: Socket[] = [];
      for (let count = 0; count < 127; count++) sockets.push(await opened(t, port));
      for (const socket of sockets) socket.pause().write(request.repeat(10_000));
      const startMs = performance.now();
      assert.ok((await scrapeMs(port)) < 100);
      // The first of them waits for all that had been sent: it took half a minute.
      const tookMs = performance.now() - startMs;
      assert.ok(tookMs < 3_000, `${tookMs} ms`);
      const grown = process.memoryUsage.rss() - before;
      assert.ok(grown < 300e6, `${grown / 1e6} MB`);
      assert.ok(refused.length === 127 && refused.every((reason) => reason === "request"));
    });
  }

  test("beside headers of a megabyte, which are refused with 431", async (t) => {
    const { port, refused } = await serve(t);
    const sockets = await Promise.all(Array.from({ length: 20 }, () => opened(t, port)));
    const answers = sockets.map(async (socket) => {
      let answer = "";
      socket.on("data", (data) => {
        answer += data;
      });
      socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(1_000_000)}\r\n\r\n`);
      await new Promise((resolve) => socket.once("close", resolve));
      return answer;
    });
    assert.ok((await scrapeMs(port)) < 100);
    // Of one whose last bytes came after the refusal, the kernel may have thrown the answer away (RST).
    const read = (await Promise.all(answers)).filter((answer) => answer !== "");
    assert.ok(read.every((answer) => answer.startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n")));
    await eventually("all are counted", () => refused.filter((reason) => reason === "request").length === 20);
  });
});

describe("where all connections are in use", () => {
  test("the one in the middle of an answer is left alone, and the idle go, the oldest first", async (t) => {
    const { port, refused } = await serve(t);
    const reading = await opened(t, port);
    reading.pause();
    reading.write("GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const idle: Socket[] = [];
    for (let count = 0; count < 127; count++) idle.push(await opened(t, port));
    const closed = idle.map(() => false);
    for (const [index, socket] of idle.entries()) {
      socket.on("close", () => {
        closed[index] = true;
      });
    }
    await opened(t, port);
    await eventually("the oldest is gone", () => closed[0] === true);
    assert.deepEqual([closed.filter(Boolean).length, refused], [1, ["evicted"]]);
    let bytes = 0;
    reading.on("data", (data) => {
      bytes += data.length;
    });
    reading.resume();
    await once(reading, "end");
    assert.ok(bytes > pageBytes);
  });

  test("by answers, the new one goes", async (t) => {
    const { port, refused } = await serve(t);
    for (let count = 0; count < 128; count++) {
      const socket = await opened(t, port);
      socket.pause();
      socket.write("GET /page HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    const late = await opened(t, port);
    await once(late, "close");
    assert.deepEqual(refused, ["full"]);
  });
});

describe("an encoding", () => {
  for (const [header, expected] of [
    [undefined, undefined],
    ["", undefined],
    ["gzip", "gzip"],
    ["gzip, zstd", "zstd"],
    ["gzip;q=1, zstd;q=0.5", "gzip"],
    ["GZIP ; Q=0.5", "gzip"],
    ["br, deflate", undefined],
    ["*", "zstd"],
    ["*;q=0.1, zstd;q=0", "gzip"],
    ["gzip;q=0", undefined],
    ["identity, gzip;q=0.5", undefined],
    ["identity;q=0.5, gzip", "gzip"],
    ["gzip;q=high", undefined],
    [",;,=", undefined],
  ] as const) {
    test(`for ${JSON.stringify(header)} is ${expected ?? "none"}`, () =>
      assert.equal(negotiateCoding(header), expected));
  }

  for (const [coding, decode] of [
    ["gzip", gunzipSync],
    ["zstd", zstdDecompressSync],
  ] as const) {
    test(`of a page is ${coding} where that is asked for`, async (t) => {
      const { port } = await serve(t);
      const expected = Buffer.concat(Array.from(page(), (chunk) => Buffer.from(chunk)));
      for (const [path, whole] of [
        ["/page", expected],
        ["/long", Buffer.from("x".repeat(5_000))],
      ] as const) {
        const request = http.get({
          host: "127.0.0.1",
          port,
          path,
          headers: { "accept-encoding": coding },
          agent: false,
        });
        const [response] = await once(request, "response");
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        assert.deepEqual(
          [response.headers["content-encoding"], response.headers.vary],
          [coding, "Accept, Accept-Encoding"],
        );
        const sent = Buffer.concat(chunks);
        assert.ok(sent.length < whole.length / 10, `${sent.length} bytes`);
        assert.ok(decode(sent).equals(whole));
      }
    });

    test(`of a page that nobody reads is given up with ${coding}, too`, async (t) => {
      const { port, server } = await serve(t);
      const socket = await opened(t, port);
      socket.pause();
      socket.write(`GET /page HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${coding}\r\n\r\n`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await server.stop();
    });
  }

  test("of what is short is none", async (t) => {
    const { port } = await serve(t);
    const request = http.get({
      host: "127.0.0.1",
      port,
      path: "/metrics",
      headers: { "accept-encoding": "gzip" },
      agent: false,
    });
    const [response] = await once(request, "response");
    assert.deepEqual([response.headers["content-encoding"], response.headers["content-length"]], [undefined, "5"]);
    response.destroy();
  });
});

describe("several addresses", () => {
  function folder(t: TestContext): string {
    const path = mkdtempSync(join(tmpdir(), "pingo-listen-"));
    t.after(() => rmSync(path, { recursive: true }));
    return path;
  }
  const bare = () => new HttpServer({ routes: { "/": () => text(200, "ok\n") }, onError: () => {} });

  async function getUnix(socketPath: string): Promise<number> {
    const request = http.get({ socketPath, path: "/", agent: false });
    const [response] = await once(request, "response");
    response.resume();
    return response.statusCode;
  }

  test("are all listened on, a Unix socket among them, which only its owner and group may use", async (t) => {
    const path = join(folder(t), "pingo.sock");
    const server = bare();
    t.after(() => server.stop());
    const addresses = await server.listen([{ host: "127.0.0.1", port: 0 }, { host: "127.0.0.2", port: 0 }, { path }]);
    for (const [index, host] of ["127.0.0.1", "127.0.0.2"].entries()) {
      const { port } = addresses[index] as TcpAddress;
      assert.equal((await fetch(`http://${host}:${port}/`)).status, 200);
    }
    assert.equal(await getUnix(path), 200);
    assert.equal(statSync(path).mode & 0o777, 0o660);
    await server.stop();
    assert.ok(!existsSync(path), "the socket's file is left");
  });

  for (const [umask, early] of [
    [0o000, 0o660],
    [0o022, 0o640],
    [0o077, 0o600],
  ] as const) {
    test(`a socket's file is never open to others, with umask ${umask.toString(8)}`, async (t) => {
      const path = join(folder(t), "pingo.sock");
      const before = process.umask(umask);
      t.after(() => process.umask(before));
      const modes: number[] = [];
      const { listen } = Server.prototype;
      t.mock.method(Server.prototype, "listen", function (this: Server, ...given: Parameters<typeof listen>) {
        const server = listen.apply(this, given);
        modes.push(statSync(path).mode & 0o777);
        return server;
      });
      const server = bare();
      t.after(() => server.stop());
      await server.listen([{ path }]);
      modes.push(statSync(path).mode & 0o777);
      assert.deepEqual(modes, [early, 0o660]);
      assert.equal(process.umask(), umask);
    });
  }

  test("of which one is taken listen on none, and the error names it", async (t) => {
    const taken = bare();
    t.after(() => taken.stop());
    const [first] = (await taken.listen([{ host: "127.0.0.1", port: 0 }])) as [TcpAddress];
    const server = bare();
    await assert.rejects(server.listen([{ host: "127.0.0.1", port: 0 }, first]), {
      code: "EADDRINUSE",
      address: first,
    });
    await server.stop();
  });

  test("a socket's file that a killed process left is taken over; one in use, and what is no socket, is not", async (t) => {
    const path = join(folder(t), "pingo.sock");
    const before = createServer();
    await new Promise<void>((resolve) => before.listen(path, resolve));
    const second = bare();
    await assert.rejects(second.listen([{ path }]), { code: "EADDRINUSE" });
    await second.stop();
    // Its file stays, as that of a process that was killed.
    renameSync(path, `${path}.kept`);
    await new Promise((resolve) => before.close(resolve));
    renameSync(`${path}.kept`, path);
    const third = bare();
    t.after(() => third.stop());
    await third.listen([{ path }]);
    assert.equal(await getUnix(path), 200);
    const file = join(folder(t), "file");
    writeFileSync(file, "precious");
    const fourth = bare();
    await assert.rejects(fourth.listen([{ path: file }]), { code: "EADDRINUSE" });
    await fourth.stop();
    assert.ok(existsSync(file));
  });
});
