import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseRttBuckets } from "../../src/config/parse-rtt-buckets.ts";
import type { Parser } from "../../src/config/values.ts";
import * as values from "../../src/config/values.ts";
import { defaultBoundsUs } from "../../src/metrics/histogram/bucket-bounds.ts";
import { base64, firstPem, secondPem } from "./certificates.ts";

/** What must never stand in a message. Long and odd enough to be found even in part. */
const secret = "hunter2-canary-8f3a9c71";

function problemOf<Value>(parse: Parser<Value>, text: string): string {
  const parsed = parse(text);
  assert.ok("problem" in parsed, `${JSON.stringify(text)} was taken`);
  return parsed.problem;
}

/** One test for each table: good input with what it reads to, bad input with words its problem must have. */
function table<Value>(
  name: string,
  parse: Parser<Value>,
  good: readonly (readonly [text: string, value: Value])[],
  bad: readonly (readonly [text: string, ...words: string[]])[],
): void {
  describe(name, () => {
    for (const [text, value] of good) {
      test(`takes ${label(text)}`, () => assert.deepEqual(parse(text), { value }));
    }
    for (const [text, ...words] of bad) {
      test(`refuses ${label(text)}`, () => {
        const problem = problemOf(parse, text);
        for (const word of words) assert.ok(problem.includes(word), `${word} is not in: ${problem}`);
        assert.ok(!problem.includes("hunter2"), `a secret is in: ${problem}`);
        assert.ok(!/[\r\n]/.test(problem), "a problem is one line");
        assert.ok(problem.length < 300, `a problem is short: ${problem}`);
      });
    }
  });
}

function label(text: string): string {
  return text.length <= 60 ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, 60))} and ${text.length - 60} more`;
}

const hourMs = 3_600_000;
table(
  "a duration",
  values.duration(100, 24 * hourMs),
  [
    ["15", 15_000],
    ["0.5", 500],
    ["500ms", 500],
    ["100ms", 100],
    ["2s", 2_000],
    ["1.5m", 90_000],
    ["24h", 24 * hourMs],
    ["1d", 24 * hourMs],
    [" 15\n", 15_000],
  ],
  [
    ["", '""', "500ms"],
    ["-5", '"-5"', "not a duration", "from 100 ms to 24 h"],
    ["-5s", '"-5s"'],
    ["+5", '"+5"'],
    ["0", '"0"', "out of bounds"],
    ["0s", "out of bounds"],
    ["99ms", "out of bounds", "from 100 ms"],
    ["24.001h", "out of bounds", "to 24 h"],
    ["9".repeat(400), "out of bounds", "..."],
    ["1e3", "not a duration"],
    ["0x10", "not a duration"],
    ["Infinity", "not a duration"],
    ["NaN", "not a duration"],
    ["15 s", "not a duration"],
    ["15sec", "not a duration"],
    ["2d", "out of bounds"],
    ["1w", "not a duration"],
    ["1m30s", "not a duration"],
    ["1,5", "not a duration"],
    [".5", "not a duration"],
    ["5.", "not a duration"],
    ["s", "not a duration"],
    ["15\r\nforged line", "not a duration"],
  ],
);

table(
  "a whole number",
  values.integer(1, 1_000),
  [
    ["1", 1],
    ["1000", 1_000],
    [" 7 ", 7],
    ["007", 7],
  ],
  [
    ["", '""', "from 1 to 1000"],
    ["0", '"0"'],
    ["1001", '"1001"'],
    ["-1", '"-1"'],
    ["1.5", '"1.5"'],
    ["1e2", '"1e2"'],
    ["9999999999", "from 1 to 1000"],
    ["five", '"five"'],
  ],
);

table(
  "one word of a few",
  values.oneOf(["auto", "4", "6"]),
  [
    ["auto", "auto"],
    [" 4 ", "4"],
  ],
  [
    ["", "auto, 4, 6"],
    ["AUTO", '"AUTO"', "auto, 4, 6"],
    ["constructor", '"constructor"'],
  ],
);

table(
  "the API's URL",
  values.apiUrl,
  [
    ["https://192.0.2.1:6443", { name: "https://192.0.2.1:6443", url: new URL("https://192.0.2.1:6443") }],
    [
      "https://[2001:db8::1]:6443/",
      { name: "https://[2001:db8::1]:6443/", url: new URL("https://[2001:db8::1]:6443") },
    ],
    [
      "HTTPS://example.com/k8s/c-1",
      { name: "HTTPS://example.com/k8s/c-1", url: new URL("https://example.com/k8s/c-1") },
    ],
    // From a Secret or a file, with the line end that an editor left. The name becomes a label.
    [" http://127.0.0.1:8001\n", { name: "http://127.0.0.1:8001", url: new URL("http://127.0.0.1:8001") }],
  ],
  [
    ["", '""', "https://192.0.2.1:6443"],
    ["nonsense", '"nonsense"', "not an http(s) URL"],
    ["192.0.2.1:6443", '"192.0.2.1:6443"', "https://192.0.2.1:6443"],
    ["ftp://example.com", '"ftp://example.com"', "not an http(s) URL"],
    ["file:///etc/passwd", "not an http(s) URL"],
    ["javascript:alert(1)", "not an http(s) URL"],
    ["https://", "not an http(s) URL"],
    ["https:/example.com", "not an http(s) URL"],
    ["https:example.com", "not an http(s) URL"],
    ["https:\\\\example.com", "not an http(s) URL"],
    ["https:///example.com", "not an http(s) URL"],
    ["https://:6443", '"https://:6443"', "not a URL"],
    ["https://example.com:99999", "99999", "not a URL"],
    ["https://exa mple.com", "not a URL"],
    // The WHATWG parser drops these and would take the rest.
    ["https://exam\nple.com", "not a URL"],
    ["https://exam\tple.com/", "not a URL"],
    ["https://example.com?watch=1", "query"],
    ["https://example.com#top", "fragment"],
    [`https://example.com/?token=${secret}`, "query"],
    [`example.com?token=${secret}`, "query"],
    [`https://admin:${secret}@example.com`, "user or password"],
    [`https://${secret}@example.com:6443`, "user or password"],
    [`https:///admin:${secret}@example.com`, "user or password"],
    [`https:admin:${secret}@example.com`, "user or password"],
    [`https:\\\\admin:${secret}@example.com`, "user or password"],
    [`admin:${secret}@example.com:6443`, "user or password"],
    [`ht\ntps://admin:${secret}@example.com:6443`, "user or password"],
    // The variables were mixed up.
    [`${secret}.${secret}.${secret}`, "not an http(s) URL", "characters, not shown"],
  ],
);

table(
  "a token",
  values.token,
  [
    ["abc", "abc"],
    ["eyJhbGciOi.J9._-~+/==", "eyJhbGciOi.J9._-~+/=="],
  ],
  [
    ["", "is empty"],
    [`${secret}\n`, "line end", `${secret.length + 1} characters`, "tr -d"],
    [`${secret}\r\n`, "line end"],
    [`${secret}\n${secret}`, "line end"],
    [` ${secret}`, "a space"],
    [`Bearer ${secret}`, "a space"],
    [`${secret}\t`, "a space or a character"],
    [`${secret}ü`, "a space or a character"],
    [`${secret}\u2028`, "a space or a character"],
    [`${secret}\u0000`, "a space or a character"],
    [`${secret}\u007f`, "a space or a character"],
  ],
);

const bundle = `${firstPem}\n${secondPem}`;
const wrapped = base64(firstPem).replace(/.{64}/g, "$&\n");

table(
  "a CA in base64",
  values.caBase64,
  [
    [base64(firstPem), firstPem],
    [`${base64(firstPem)}\n`, firstPem],
    [wrapped, firstPem],
    [wrapped.replaceAll("\n", "\r\n"), firstPem],
    [base64(`${firstPem}\n`).replace(/=+$/, ""), firstPem],
    [base64(bundle), bundle],
    [base64(`# our CA\nsubject=CN\n${firstPem}\n\n${secondPem}\n# end`), bundle],
    [base64(firstPem.replaceAll("\n", "\r\n")), firstPem.replaceAll("\n", "\r\n")],
  ],
  [
    ["", "is not base64"],
    ["=", "is not base64"],
    ["not base64!", "is not base64", '"!"', "base64 -w0"],
    ["a-b_", "is not base64", '"-"'],
    ["ab=c", "is not base64", '"="'],
    ["abcde", "is not base64", "cut off"],
    ["\u{1f511}\u{1f511}", "is not base64", '"\u{1f511}"'],
    [firstPem, "is PEM itself", "base64 -w0", "--ca-file"],
    ["-----BEGIN CERTIFICATE-----\\nMIIB", "is PEM itself"],
    [base64("hello"), "no certificate in PEM", "nothing where -----BEGIN CERTIFICATE-----"],
    [base64(base64(firstPem)), "no certificate in PEM"],
    [base64("-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----"), "BEGIN RSA PRIVATE KEY"],
    [base64(firstPem).slice(0, 200), "cut off", "1 of 1"],
    [base64(`${bundle}`.slice(0, firstPem.length + 100)), "cut off", "1 of 2"],
    [base64(`${firstPem.slice(0, 100)}\n${secondPem}`), "cut off", "1 of 2"],
    [base64("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"), "certificate 1 of 1", "cannot be read"],
    [
      base64(`-----BEGIN CERTIFICATE-----\n${base64("hunter2 is no certificate")}\n-----END CERTIFICATE-----`),
      "certificate 1 of 1",
      "cannot be read",
    ],
    [
      base64(`${firstPem}\n-----BEGIN CERTIFICATE-----\n${base64(secret)}\n-----END CERTIFICATE-----`),
      "certificate 2 of 2",
      "cannot be read",
    ],
    // The variables were mixed up, or the token came as a Secret keeps it.
    [`${secret}.${secret}`, "is not base64"],
    [base64(secret), "no certificate in PEM"],
  ],
);

table(
  "a CA in PEM",
  values.caPem,
  [
    [firstPem, firstPem],
    [`\n${bundle}\n`, bundle],
  ],
  [
    ["", "no certificate in PEM"],
    // --ca-file that names the file of the token.
    [secret, "no certificate in PEM"],
    [base64(firstPem), "no certificate in PEM"],
  ],
);

table(
  "where OTLP is taken",
  values.otlpEndpoint,
  [
    ["http://collector:4318", new URL("http://collector:4318/v1/metrics")],
    ["https://c.example/", new URL("https://c.example/v1/metrics")],
    ["http://127.0.0.1:9090/api/v1/otlp/v1/metrics", new URL("http://127.0.0.1:9090/api/v1/otlp/v1/metrics")],
  ],
  [
    ["", "is not an http(s) URL"],
    ["collector:4318", "is not an http(s) URL"],
    ["grpc://collector:4317", "is not an http(s) URL"],
    ["http://user:password@collector", "a URL with a user or password"],
  ],
);

table(
  "bounds of buckets",
  parseRttBuckets,
  [
    ["none", []],
    ["default", defaultBoundsUs],
    ["100us, 1ms,0.5", [100, 1_000, 500_000]],
    ["0.1,0.3", [100_000, 300_000]],
    ["1us,120s", [1, 120_000_000]],
  ],
  [
    ["", '"" is no time'],
    ["1ms,", '"" is no time'],
    ["-1", '"-1" is no time'],
    ["1e-3", "no time"],
    ["0.5us", '"0.5us" is out of bounds'],
    ["0", "out of bounds"],
    ["121", "out of bounds"],
    ["1ms,1ms", '"1ms" is not above the one before'],
    ["2ms,1ms", "not above the one before"],
    [Array.from({ length: 101 }, (_, index) => `${index + 1}ms`).join(","), "has 101 bounds"],
  ],
);

table(
  "an address to listen on",
  values.listenAddress,
  [
    [":8080", { host: "", port: 8_080 }],
    [":0", { host: "", port: 0 }],
    ["unix:/run/pingo.sock", { path: "/run/pingo.sock" }],
    ["127.0.0.1:65535", { host: "127.0.0.1", port: 65_535 }],
    ["[::1]:8080", { host: "::1", port: 8_080 }],
    ["[::]:8080", { host: "::", port: 8_080 }],
    ["localhost:8080", { host: "localhost", port: 8_080 }],
    [" :8080 ", { host: "", port: 8_080 }],
  ],
  [
    ["", '""', ":8080"],
    ["8080", '"8080"', ":8080"],
    ["127.0.0.1", '"127.0.0.1"'],
    [":65536", '":65536"'],
    [":-1", '":-1"'],
    [":http", '":http"'],
    ["::1:8080", '"::1:8080"', "[::1]:8080"],
    ["[::1]", '"[::1]"'],
    ["[127.0.0.1]:80", '"127.0.0.1"', "not an IPv6 address"],
    ["[]:80", "not an IPv6 address"],
    ["http://127.0.0.1:80", '"http://127.0.0.1:80"'],
    ["tcp://10.0.0.1:80", "no address to listen on"],
    ["unix:", "no path of a Unix socket"],
    [`unix:/${"x".repeat(107)}`, "no path of a Unix socket"],
  ],
);

table(
  "address types",
  values.addressTypeList,
  [
    ["ExternalIP,InternalIP", ["ExternalIP", "InternalIP"]],
    [" InternalIP ", ["InternalIP"]],
    ["InternalIP , ExternalIP", ["InternalIP", "ExternalIP"]],
  ],
  [
    ["", '""', "ExternalIP, InternalIP"],
    ["Hostname", '"Hostname"', "ExternalIP, InternalIP"],
    ["internalip", '"internalip"'],
    ["InternalIP,", '""'],
    ["InternalIP,InternalIP", "twice"],
    ["InternalIP;ExternalIP", '"InternalIP;ExternalIP"'],
  ],
);

describe("quote", () => {
  test("keeps a value short and on one line", () => {
    assert.equal(values.quote('a"b\nc'), '"a\\"b\\nc"');
    assert.equal(values.quote("x".repeat(80)), `"${"x".repeat(80)}"`);
    assert.equal(values.quote("x".repeat(81)), `"${"x".repeat(80)}..."`);
  });

  test("what may be a token in the wrong place is counted, not shown", () => {
    assert.equal(values.quoteUnlessToken("x".repeat(16)), "the text there (16 characters, not shown)");
    for (const plain of ["nonsense", "x".repeat(15), "/var/run/secrets/token", "example.internal:6443"]) {
      assert.equal(values.quoteUnlessToken(plain), JSON.stringify(plain));
    }
  });
});
