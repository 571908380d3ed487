import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { TlsSpec } from "./access-spec.ts";
import { flawOfPair } from "./client-certificate.ts";
import { flawOfCa } from "./pem-source.ts";
import { RotatingPem } from "./rotating-pem.ts";

/** A client's certificate and key, PEM. */
export interface ClientPair {
  readonly cert: string;
  readonly key: string;
}

/** For `tls.connect` and its like. Absent is what is not given. */
export interface TlsMaterial {
  /** PEM; absent for the system's authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
  readonly checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined;
}

export type TlsResult =
  /** `generation` changes with the material: connections made before it are made with something else. */
  { readonly tls: TlsMaterial; readonly generation: number } | { readonly problem: string };

/** Gives the TLS material of this moment. */
export class TlsSource {
  readonly #spec: TlsSpec;
  readonly #ca: RotatingPem;
  readonly #pair: RotatingPem;
  #parts: readonly (string | undefined)[] = [];
  #generation = 0;

  constructor(spec: TlsSpec, readFile: (path: string) => string, warn: (message: string) => void) {
    this.#spec = spec;
    const { ca, cert, key } = spec;
    this.#ca = new RotatingPem({
      what: "the API's certificate authority",
      sources: ca === undefined ? [] : [ca],
      flaw: (texts) => texts.map(flawOfCa).find((flaw) => flaw !== undefined),
      readFile,
      warn,
    });
    this.#pair = new RotatingPem({
      what: "the client's certificate",
      sources: cert === undefined || key === undefined ? [] : [cert, key],
      flaw: ([certPem = "", keyPem = ""]) => (cert === undefined ? undefined : flawOfPair(certPem, keyPem)),
      readFile,
      warn,
    });
  }

  /** `pluginPair` is what an exec plugin gave; a certificate of the user's own goes before it. */
  current(pluginPair: ClientPair | undefined): TlsResult {
    const authorities = this.#ca.current();
    if ("problem" in authorities) return authorities;
    const own = this.#pair.current();
    if ("problem" in own) return own;
    const [ca] = authorities.texts;
    const [cert = pluginPair?.cert, key = pluginPair?.key] = own.texts;
    const parts = [ca, cert, key];
    if (this.#generation === 0 || parts.some((part, index) => part !== this.#parts[index])) {
      this.#generation++;
      this.#parts = parts;
    }
    const { serverName, insecure } = this.#spec;
    const pem = {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    };
    return { tls: { ...pem, ...nameOptions(serverName), rejectUnauthorized: !insecure }, generation: this.#generation };
  }

  /** The CA of this moment, PEM; undefined where there is none of its own. */
  caPem(): string | undefined {
    const authorities = this.#ca.current();
    return "texts" in authorities ? authorities.texts[0] : undefined;
  }
}

/** The name to ask for and to hold the certificate against. */
function nameOptions(serverName: string): Pick<TlsMaterial, "servername" | "checkServerIdentity"> {
  if (serverName === "") return {};
  if (isIP(serverName) === 0) return { servername: serverName };
  // Node throws where an address is to be sent as a name (RFC 6066, 3, has none); Go sends none and checks it still.
  return { servername: "", checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName, certificate) };
}
