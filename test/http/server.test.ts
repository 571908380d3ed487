import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { connect, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import type { TcpAddress } from "../../src/http/listen-address.ts";
import { HttpServer, type Route, text } from "../../src/http/server.ts";
import { eventually } from "../support/eventually.ts";

const local = { host: "127.0.0.1", port: 0 };

interface Served {
  readonly server: HttpServer;
  readonly port: number;
  /** `path message` of each route that threw. */
  readonly errors: string[];
}

/** The port that it listens on. */
async function listenOn(server: HttpServer, address: TcpAddress = local): Promise<number> {
  const [bound] = await server.listen([address]);
  return (bound as TcpAddress).port;
}

/** One that has nothing but what is given. */
function bare(routes: Record<string, Route> = {}): HttpServer {
  return new HttpServer({ routes, onError: () => {} });
}

/** A server on a free port that ends with the test. */
async function serve(t: TestContext, routes: Record<string, Route> = {}): Promise<Served> {
  const errors: string[] = [];
  const all = { "/": () => text(200, "hello\n"), ...routes };
  const server = new HttpServer({
    routes: all,
    onError: (path, error) => void errors.push(`${path} ${error.message}`),
  });
  const port = await listenOn(server);
  t.after(() => server.stop());
  return { server, port, errors };
}

interface Got {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** One request as it is written: `fetch` would tidy up the path. */
async function ask(port: number, path: string, method = "GET", body?: string): Promise<Got> {
  const request = http.request({ ...local, port, path, method, agent: false });
  request.end(body);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  let received = "";
  for await (const chunk of response.setEncoding("utf8")) received += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, body: received };
}

/** A connection that the test drives byte by byte. Resolves when it is open. */
async function open(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, local.host);
  t.after(() => socket.destroy());
  // It ends with a reset where the server closes it with bytes unread.
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Stops the server and fails where that takes a second. */
async function stopInTime(server: HttpServer): Promise<void> {
  const beganMs = performance.now();
  await server.stop();
  assert.ok(performance.now() - beganMs < 1_000, "stop took a second");
}

/** A route that begins and then waits until the test lets it go on. */
function heldRoute() {
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const route: Route = async () => {
    begun.resolve();
    await held.promise;
    return text(200, "late\n");
  };
  return { route, begun: begun.promise, release: held.resolve };
}

describe("an answer", () => {
  test("comes from the route of its path, with its length and type", async (t) => {
    const page = { status: 203, contentType: "text/x-test; charset=utf-8", body: "grüße\n" };
    const { port } = await serve(t, { "/page": () => page, "/later": async () => page });
    for (const path of ["/page", "/later"]) {
      const { status, headers, body } = await ask(port, path);
      assert.deepEqual([status, body], [203, "grüße\n"]);
      assert.equal(headers["content-type"], "text/x-test; charset=utf-8");
      assert.equal(headers["content-length"], "8", "bytes, not characters");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-content-type-options"], "nosniff");
    }
  });

  for (const [path, status] of [
    ["/", 200],
    ["/?a=b", 200],
    ["/?a=b?c#d/../x", 200],
    ["/?", 200],
    ["/nothing", 404],
    ["//", 404],
    ["/./", 404],
    ["/%2f", 404],
    ["/nothing?/", 404],
    // Properties that every object has are no routes. Without a slash Node refuses them before we do.
    ["/__proto__", 404],
    ["/constructor", 404],
    ["__proto__", 400],
    ["constructor", 400],
    ["*", 404],
  ] as const) {
    test(`to GET ${path} is ${status}`, async (t) => {
      const { port, errors } = await serve(t);
      assert.equal((await ask(port, path)).status, status);
      assert.deepEqual(errors, []);
    });
  }

  for (const [target, expected] of [
    ["/page", ""],
    ["/page?", ""],
    ["/page?a=b&c=%2F+d", "a=b&c=%2F+d"],
    ["/page?a=b?c", "a=b%3Fc"],
    ["http://x/page?a=b", "a=b"],
  ] as const) {
    test(`to GET ${target} has the query of it`, async (t) => {
      const { port } = await serve(t, { "/page": ({ query }) => text(200, query.toString()) });
      assert.equal((await ask(port, target)).body, expected);
    });
  }

  test("of 304 has no length", async (t) => {
    const { port } = await serve(t, { "/same": () => text(304, "") });
    const { status, headers } = await ask(port, "/same");
    assert.deepEqual([status, headers["content-length"]], [304, undefined]);
  });

  test("to what is not there names no more than where to look", async (t) => {
    const { port } = await serve(t);
    const { body } = await ask(port, "/<script>alert(1)</script>");
    assert.equal(body, "there is nothing here; / says what there is\n");
  });

  for (const [path, status, length] of [
    ["/", 200, "6"],
    ["/nothing", 404, "44"],
  ] as const) {
    test(`to HEAD ${path} is that of GET without the body`, async (t) => {
      const { port } = await serve(t);
      const head = await ask(port, path, "HEAD");
      const get = await ask(port, path);
      assert.deepEqual([head.status, head.body], [status, ""]);
      assert.equal(head.headers["content-length"], length);
      assert.deepEqual({ ...head.headers, date: "" }, { ...get.headers, date: "" });
    });
  }

  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]) {
    test(`to ${method} is 405 with what would do, and no route is called`, async (t) => {
      let called = false;
      const { port } = await serve(t, {
        "/page": () => {
          called = true;
          return text(200, "");
        },
      });
      // Node's client sends a body with a length only where the method is made for one.
      const sent = method.startsWith("P") ? "x=y" : undefined;
      const { status, headers, body } = await ask(port, "/page", method, sent);
      assert.deepEqual([status, headers.allow], [405, "GET, HEAD"]);
      assert.equal(body, "only GET and HEAD are answered here\n");
      assert.equal(called, false);
    });
  }

  test("other than 405 allows nothing in particular", async (t) => {
    const { port } = await serve(t);
    assert.equal((await ask(port, "/")).headers.allow, undefined);
  });

  test("of a route that throws is 500, says nothing of the error, and the server goes on", async (t) => {
    const { port, errors } = await serve(t, {
      "/throws": () => {
        throw new Error("secret detail");
      },
      "/rejects": async () => {
        throw new Error("secret detail");
      },
    });
    for (const path of ["/throws?a=b", "/rejects?a=b"]) {
      const { status, body } = await ask(port, path);
      assert.deepEqual([status, body], [500, "an error in PinGo; its log says more\n"]);
    }
    assert.deepEqual(errors, ["/throws secret detail", "/rejects secret detail"]);
    assert.equal((await ask(port, "/")).status, 200);
  });

  test("follows another on one connection", async (t) => {
    const { port } = await serve(t);
    const socket = await open(t, port);
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let received = "";
    for await (const chunk of socket.setEncoding("utf8")) received += chunk;
    assert.deepEqual(received.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 404"]);
  });
});

describe("what is no request", () => {
  for (const [name, bytes] of [
    ["is garbage", "\u0016\u0003\u0001\u0002garbage\r\n\r\n"],
    ["has no host", "GET / HTTP/1.1\r\n\r\n"],
    ["has headers without end", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`],
  ] as const) {
    test(`${name}: is refused, and the server goes on`, async (t) => {
      const { port, errors } = await serve(t);
      const socket = await open(t, port);
      socket.write(bytes);
      let received = "";
      for await (const chunk of socket.setEncoding("utf8")) received += chunk;
      assert.match(received, /^HTTP\/1\.1 4\d\d /);
      assert.equal((await ask(port, "/")).status, 200);
      assert.deepEqual(errors, []);
    });
  }
});

describe("a client that is slow or gone", () => {
  test("keeps nobody else waiting while its request is half sent", async (t) => {
    const { server, port } = await serve(t);
    const socket = await open(t, port);
    socket.write("GET / HTTP/1.1\r\nHo");
    assert.equal((await ask(port, "/")).status, 200);
    await stopInTime(server);
  });

  test("keeps nobody else waiting while its answer is made", async (t) => {
    const { route, begun, release } = heldRoute();
    const { port } = await serve(t, { "/slow": route });
    const slow = ask(port, "/slow");
    await begun;
    assert.equal((await ask(port, "/")).status, 200);
    release();
    assert.equal((await slow).body, "late\n");
  });

  test("that leaves is told of to who makes its answer", async (t) => {
    const begun = Promise.withResolvers<AbortSignal>();
    const route: Route = async ({ gone }) => {
      begun.resolve(gone);
      await new Promise((resolve) => gone.addEventListener("abort", resolve));
      return text(200, "for nobody\n");
    };
    const { port, errors } = await serve(t, { "/slow": route });
    const socket = await open(t, port);
    socket.write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    const gone = await begun.promise;
    assert.equal(gone.aborted, false);
    socket.destroy();
    await eventually("it is told", () => gone.aborted);
    assert.deepEqual(errors, []);
  });

  test("that leaves before its answer is ready is no error", async (t) => {
    const { route, begun, release } = heldRoute();
    const { port, errors } = await serve(t, { "/slow": route });
    const socket = await open(t, port);
    socket.write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    await begun;
    socket.resetAndDestroy();
    await once(socket, "close");
    release();
    assert.equal((await ask(port, "/")).status, 200);
    assert.deepEqual(errors, []);
  });
});

describe("stop", () => {
  /** More than the kernel's buffers on both sides take. */
  const huge = "x".repeat(32 * 2 ** 20);

  for (const [name, prepare] of [
    ["a connection that has said nothing", async (t, port) => void (await open(t, port))],
    [
      "an idle keep-alive connection",
      async (t, port) => {
        const socket = await open(t, port);
        socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await once(socket, "data");
      },
    ],
    [
      "one in the middle of a request",
      async (t, port) => {
        const socket = await open(t, port);
        socket.write("GET / HTTP/1.1\r\n");
        // The server takes connections in their order: once another is answered, it knows of this one.
        await ask(port, "/");
      },
    ],
    [
      "one in the middle of an answer, whose client does not read",
      async (t, port) => {
        const socket = await open(t, port);
        socket.write("GET /huge HTTP/1.1\r\nHost: x\r\n\r\n");
        await once(socket, "data");
        socket.pause();
      },
    ],
  ] as [string, (t: TestContext, port: number) => Promise<void>][]) {
    test(`ends ${name} in under a second, and lets the port go`, async (t) => {
      const { server, port } = await serve(t, { "/huge": () => text(200, huge) });
      await prepare(t, port);
      await stopInTime(server);
      const next = bare();
      t.after(() => next.stop());
      assert.equal(await listenOn(next, { ...local, port }), port);
    });
  }

  test("ends one whose answer is still being made, and its late answer harms nobody", async (t) => {
    const { route, begun, release } = heldRoute();
    const { server, port, errors } = await serve(t, { "/slow": route });
    const ended = assert.rejects(ask(port, "/slow"), { code: "ECONNRESET" });
    await begun;
    await stopInTime(server);
    await ended;
    release();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(errors, []);
  });

  test("takes no more connections", async (t) => {
    const { server, port } = await serve(t);
    await server.stop();
    await assert.rejects(ask(port, "/"), { code: "ECONNREFUSED" });
  });

  test("can be called again, at once and later, and before anything began", async (t) => {
    const { server } = await serve(t);
    await Promise.all([stopInTime(server), stopInTime(server)]);
    await stopInTime(server);
    await stopInTime(bare());
  });
});

describe("listen", () => {
  test("gives the port that it found, on the address that was asked for", async (t) => {
    const server = bare({ "/": () => text(200, "ok\n") });
    t.after(() => server.stop());
    const port = await listenOn(server, { host: "127.0.0.2", port: 0 });
    assert.ok(port > 0);
    await assert.rejects(ask(port, "/"), { code: "ECONNREFUSED" });
    assert.equal((await fetch(`http://127.0.0.2:${port}/`)).status, 200);
  });

  test("without a host takes connections on every address", async (t) => {
    const server = bare({ "/": () => text(200, "ok\n") });
    t.after(() => server.stop());
    const port = await listenOn(server, { host: "", port: 0 });
    for (const host of ["127.0.0.1", "127.0.0.3"]) assert.equal((await fetch(`http://${host}:${port}/`)).status, 200);
  });

  test("on a port that is taken rejects with the system's error, and can be stopped", async (t) => {
    const { port } = await serve(t);
    const second = bare();
    await assert.rejects(listenOn(second, { ...local, port }), { code: "EADDRINUSE" });
    await stopInTime(second);
  });

  test("on an address that is not this machine's rejects", async () => {
    const server = bare();
    await assert.rejects(listenOn(server, { host: "192.0.2.1", port: 0 }), { code: "EADDRNOTAVAIL" });
    await stopInTime(server);
  });
});

describe("a long answer", () => {
  /** A page of so many chunks; what is told at its end is counted. */
  function longPage(chunks: number, chunk = Buffer.alloc(16 * 1_024, "x")) {
    const seen = { pages: 0, sent: 0, asked: 0 };
    const route: Route = () => {
      seen.pages++;
      return { status: 200, contentType: "text/plain", body: many(), sent: () => seen.sent++ };
    };
    function* many() {
      for (let index = 0; index < chunks; index++) {
        seen.asked++;
        yield chunk;
      }
    }
    return { route, seen };
  }

  test("comes whole, in chunks, to HTTP/1.1 and to HTTP/1.0", async (t) => {
    const { route, seen } = longPage(100);
    const { port, errors } = await serve(t, { "/long": route });
    const { headers, body } = await ask(port, "/long");
    assert.deepEqual([headers["transfer-encoding"], body.length], ["chunked", 100 * 16 * 1_024]);
    const old = await open(t, port);
    let received = 0;
    old.on("data", (data) => {
      received += data.length;
    });
    old.write("GET /long HTTP/1.0\r\n\r\n");
    await once(old, "end");
    assert.ok(received > 100 * 16 * 1_024, `${received} bytes`);
    assert.deepEqual([seen.pages, seen.sent, errors], [2, 2, []]);
  });

  test("is not begun before the one asked for before it is sent, and never where the connection ends", async (t) => {
    const { route, seen } = longPage(10_000);
    const { port, errors } = await serve(t, { "/long": route });
    const socket = await open(t, port);
    socket.pause();
    socket.write("GET /long HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4));
    await eventually("it is begun", () => seen.asked > 0);
    assert.equal((await ask(port, "/")).status, 200);
    assert.equal(seen.pages, 1);
    socket.destroy();
    await eventually("it is given back", () => seen.sent === 1);
    assert.deepEqual([seen.pages, errors], [1, []]);
  });

  test("whose place is taken before it begins is cut off", async (t) => {
    const { route, seen } = longPage(100);
    const { port, errors } = await serve(t, {
      "/long": async (request) => ({ ...(await route(request)), signal: AbortSignal.abort() }),
    });
    await assert.rejects(ask(port, "/long"), { code: "ECONNRESET" });
    assert.deepEqual([seen, errors], [{ pages: 1, sent: 1, asked: 0 }, []]);
  });

  test("is not made for HEAD, and what it holds is given back", async (t) => {
    const { route, seen } = longPage(100);
    const { port } = await serve(t, { "/long": route });
    assert.equal((await ask(port, "/long", "HEAD")).body, "");
    assert.deepEqual(seen, { pages: 1, sent: 1, asked: 0 });
  });

  test("is made no faster than it is read, and ends with who reads it", async (t) => {
    const { route, seen } = longPage(10_000);
    const { port, errors } = await serve(t, { "/long": route });
    const socket = await open(t, port);
    socket.pause();
    socket.write("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
    await eventually("it has begun", () => seen.asked > 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const asked = seen.asked;
    assert.ok(asked < 5_000, `${asked} chunks were made for nobody`);
    socket.destroy();
    await eventually("it has ended", () => seen.sent === 1);
    assert.deepEqual(errors, []);
  });

  test("to a client that left before it began is no error", async (t) => {
    const { route, seen } = longPage(100);
    const held = heldRoute();
    const late: Route = async (request) => {
      await held.route(request);
      return route(request);
    };
    const { port, errors } = await serve(t, { "/long": late });
    const socket = await open(t, port);
    socket.write("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
    await held.begun;
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    held.release();
    await eventually("it is over", () => seen.sent === 1);
    assert.deepEqual(errors, []);
  });

  test("that fails in the middle is cut off, so that nobody takes it for whole, and is told of", async (t) => {
    let sent = 0;
    function* failing() {
      yield Buffer.from("beginning\n");
      throw new Error("a bug");
    }
    const route: Route = () => ({ status: 200, contentType: "text/plain", body: failing(), sent: () => sent++ });
    const { port, errors } = await serve(t, { "/long": route });
    await assert.rejects(ask(port, "/long"));
    assert.deepEqual([sent, errors], [1, ["/long a bug"]]);
  });
});
