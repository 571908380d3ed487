import assert from "node:assert/strict";
import { test } from "node:test";
import { explainTls } from "../../src/top/explain-tls.ts";

/** As Node wraps what OpenSSL says. */
const wrapped = (reason: string) => ({
  code: "EPROTO",
  message: `write EPROTO 40A3:error:0A00010B:SSL routines:ssl3_read_bytes:${reason}:../rec_layer_s3.c:918:SSL alert number 40\n`,
});

for (const [failure, words] of [
  [{ code: "ERR_SSL_WRONG_VERSION_NUMBER", message: "" }, /speaks no TLS/],
  [{ code: "ERR_SSL_PACKET_LENGTH_TOO_LONG", message: "" }, /speaks no TLS/],
  [wrapped("wrong version number"), /speaks no TLS/],
  [{ code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", message: "" }, /^it wants a client certificate: --cert-file/],
  [wrapped("tlsv13 alert certificate required"), /^it wants a client certificate: --cert-file/],
  [{ code: "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", message: "" }, /refuses the TLS handshake.*--cert-file/],
  [wrapped("ssl/tls alert handshake failure"), /refuses the TLS handshake.*--cert-file/],
  [wrapped("tlsv1 alert unknown ca"), /^TLS fails: tlsv1 alert unknown ca$/],
  [{ code: "EPROTO", message: "write EPROTO" }, /^TLS fails: write EPROTO$/],
] as const) {
  test(`${failure.code} ${failure.message.trim()}`, () => assert.match(explainTls(failure) ?? "", words));
}

test("what is none of TLS is not explained by it", () => {
  assert.equal(explainTls({ code: "ECONNRESET", message: "read ECONNRESET" }), undefined);
  assert.equal(explainTls({ message: "no answer within 5 s" }), undefined);
});
