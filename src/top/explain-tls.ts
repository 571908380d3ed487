/** OpenSSL's reasons of a client that heard no TLS. */
const speaksNone = /^(wrong version number|packet length too long|data length too long|http request)$/;

type Failure = Pick<Error, "message"> & { readonly code?: string };

/** Why a TLS handshake failed; undefined of what is no such failure. */
export function explainTls({ code = "", message }: Failure): string | undefined {
  const reason = reasonOf(code, message);
  if (reason === undefined) return undefined;
  if (speaksNone.test(reason)) return "what answers there speaks no TLS; is it http://?";
  // Before TLS 1.3 a server that wants a certificate and gets none says no more than this (RFC 5246, 7.4.6).
  if (reason.endsWith("handshake failure")) {
    return "it refuses the TLS handshake; if it wants a client certificate: --cert-file and --key-file";
  }
  if (reason.endsWith("certificate required")) return "it wants a client certificate: --cert-file and --key-file";
  return `TLS fails: ${reason}`;
}

/**
 * Node gives some of OpenSSL's errors a code of their own and wraps others into EPROTO, as the moment falls; those have
 * the reason in the message, as ERR_error_string_n(3) writes it: `error:code:library:function:reason:file:line`.
 */
function reasonOf(code: string, message: string): string | undefined {
  if (code.startsWith("ERR_SSL_")) return code.slice("ERR_SSL_".length).toLowerCase().replaceAll("_", " ");
  if (code !== "EPROTO") return undefined;
  return /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(message)?.[1] ?? message;
}
