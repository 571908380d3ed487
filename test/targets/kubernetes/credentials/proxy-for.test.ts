import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { proxyAuthorization, proxyFor, showProxy } from "../../../../src/targets/kubernetes/credentials/proxy-for.ts";

const proxy = "http://proxy.example:3128";

function chosen(url: string, env: Record<string, string>, own?: string): string | undefined {
  const choice = proxyFor(new URL(url), env, own);
  assert.ok("proxy" in choice, JSON.stringify(choice));
  return choice.proxy?.href;
}

describe("the proxy", () => {
  for (const [what, url, env, expected] of [
    ["none", "https://api.example", {}, undefined],
    ["by the scheme", "https://api.example", { HTTPS_PROXY: "http://s:1", HTTP_PROXY: "http://h:2" }, "http://s:1/"],
    ["of plain HTTP", "http://api.example", { HTTPS_PROXY: "http://s:1", HTTP_PROXY: "http://h:2" }, "http://h:2/"],
    ["in lower case", "https://api.example", { https_proxy: "http://s:1" }, "http://s:1/"],
    [
      "upper case first",
      "https://api.example",
      { https_proxy: "http://l:1", HTTPS_PROXY: "http://u:1" },
      "http://u:1/",
    ],
    ["not where it is empty", "https://api.example", { HTTPS_PROXY: "", https_proxy: "http://l:1" }, "http://l:1/"],
    ["without a scheme", "https://api.example", { HTTPS_PROXY: "s:1" }, "http://s:1/"],
    ["over TLS", "https://api.example", { HTTPS_PROXY: "https://s" }, "https://s/"],
    ["ALL_PROXY is curl's", "https://api.example", { ALL_PROXY: "http://s:1" }, undefined],
  ] as const) {
    test(what, () => assert.equal(chosen(url, env), expected));
  }

  test("of the cluster goes before all, also to this machine and in spite of NO_PROXY", () => {
    const env = { HTTPS_PROXY: "http://s:1", NO_PROXY: "*" };
    for (const url of ["https://api.example", "https://127.0.0.1:6443", "http://localhost"]) {
      assert.equal(chosen(url, env, "http://own:1"), "http://own:1/");
    }
  });

  for (const [what, value, expected] of [
    ["SOCKS", "socks5://u:s3cr3t@proxy.example:1080", /^HTTPS_PROXY is a SOCKS proxy, which PinGo does not speak/],
    ["another scheme", "ftp://u:s3cr3t@proxy.example", /^HTTPS_PROXY is no URL of an HTTP proxy; write it like/],
    ["a space", "http://u:s3cr3t@proxy example", /^HTTPS_PROXY is no URL/],
    ["no host", "http://", /^HTTPS_PROXY is no URL/],
  ] as const) {
    test(`that is ${what} is refused, unseen`, () => {
      const choice = proxyFor(new URL("https://api.example"), { HTTPS_PROXY: value });
      assert.ok("problem" in choice);
      assert.match(choice.problem, expected);
      assert.ok(!choice.problem.includes("s3cr3t"));
    });
  }
});

describe("NO_PROXY", () => {
  // Most rows are those of the package documentation of golang.org/x/net/http/httpproxy, and of what its words imply.
  for (const [noProxy, url, direct] of [
    ["", "https://api.example", false],
    ["*", "https://api.example", true],
    ["other, *", "https://api.example", true],
    ["api.example", "https://api.example", true],
    ["API.Example ", "https://api.EXAMPLE", true],
    ["example", "https://api.example", true],
    ["example", "https://notexample", false],
    ["example.com", "https://example.com", true],
    [".example.com", "https://example.com", false],
    [".example.com", "https://a.b.example.com", true],
    ["*.example.com", "https://a.example.com", true],
    ["*.example.com", "https://example.com", false],
    ["api.example:443", "https://api.example", true],
    ["api.example:6443", "https://api.example", false],
    ["api.example:6443", "https://api.example:6443", true],
    [".example:6443", "https://api.example:6443", true],
    ["api.example:80", "http://api.example", true],
    ["192.0.2.1", "https://192.0.2.1:6443", true],
    ["192.0.2.1:443", "https://192.0.2.1:6443", false],
    ["192.0.2.1:6443", "https://192.0.2.1:6443", true],
    ["192.0.2.0/24", "https://192.0.2.77", true],
    ["192.0.2.0/24", "https://192.0.3.1", false],
    ["192.0.2.77/24", "https://192.0.2.1", true],
    ["0.0.0.0/0", "https://192.0.2.1", true],
    ["0.0.0.0/0", "https://api.example", false],
    ["0.0.0.0/0", "https://[2001:db8::1]", false],
    ["192.0.2.0/33", "https://192.0.2.1", false],
    ["2001:db8::/32", "https://[2001:db8:1::1]:6443", true],
    ["2001:db8::1", "https://[2001:db8::1]:6443", true],
    ["2001:db8:0::1", "https://[2001:db8::1]:6443", true],
    ["[2001:db8::1]:6443", "https://[2001:db8::1]:6443", true],
    ["[2001:db8::1]:443", "https://[2001:db8::1]:6443", false],
    [",,:80,/8", "https://api.example", false],
    ["", "https://localhost:6443", true],
    ["", "https://127.0.0.1:6443", true],
    ["", "https://127.8.9.10", true],
    ["", "https://[::1]:6443", true],
    ["", "https://localhost.example", false],
  ] as const) {
    test(`"${noProxy}" and ${url}: ${direct ? "direct" : "proxied"}`, () => {
      for (const name of ["NO_PROXY", "no_proxy"]) {
        const env = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, [name]: noProxy };
        assert.equal(chosen(url, env) === undefined, direct);
      }
    });
  }
});

test("a proxy's user and password go into a header and are not shown", () => {
  const url = new URL("http://me:s%40cret%zz@proxy.example:3128/x");
  assert.equal(showProxy(url), "http://proxy.example:3128");
  // The password cannot be decoded, so it is taken as it is written.
  assert.equal(proxyAuthorization(url), `Basic ${Buffer.from("me:s%40cret%zz").toString("base64")}`);
  assert.equal(
    proxyAuthorization(new URL("http://me:s%40cret@p")),
    `Basic ${Buffer.from("me:s@cret").toString("base64")}`,
  );
  assert.equal(proxyAuthorization(new URL("http://p")), undefined);
});
