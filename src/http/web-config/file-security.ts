import type { SecureContextOptions, TLSSocket } from "node:tls";
import type { Clock, Timer } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { PasswordChecker } from "./password-checker.ts";
import { readWebConfig } from "./read-web-config.ts";
import { stateOfFile } from "./state-of-file.ts";
import { parseSubjectAltNames } from "./subject-alt-names.ts";
import type { FileStates, WebConfig, WebTls } from "./web-config.ts";
import type { AuthAnswer, TlsSecurity, WebSecurity } from "./web-security.ts";

/** Between looks at the files: certificates rotate hours before they expire. */
const lookMs = 2_000;
/** What a password is held against where the name is unknown, so that both take as long. Of no password, cost 10. */
const nobodysHash = "$2b$10$abcdefghijklmnopqrstuu5LgqVzWLGyFhkD1iTkVhzrQhNjfGdWm";

export interface FileSecurityParts {
  readonly path: string;
  /** As it was read from the path. */
  readonly config: WebConfig;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Who may read by a web configuration file. It is read again as it changes, with the files it names; one that is broken
 * leaves the last good one in force.
 */
export class FileSecurity implements WebSecurity {
  readonly tls: TlsSecurity | undefined;
  readonly #parts: FileSecurityParts;
  readonly #passwords = new PasswordChecker();
  readonly #changed: ((options: SecureContextOptions) => void)[] = [];
  #config: WebConfig;
  /** Also of the files of a configuration that could not be used: what mends it may come to any of them. */
  #states: FileStates;
  #told = "";
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(parts: FileSecurityParts) {
    this.#parts = parts;
    this.#config = parts.config;
    this.#states = parts.config.files;
    this.tls = parts.config.tls === undefined ? undefined : this.#tlsOf(parts.config.tls);
    this.#warn();
    void this.#look();
  }

  headers(): Readonly<Record<string, string>> {
    return this.#config.headers;
  }

  async authenticate(authorization: string | undefined, peer: string): Promise<AuthAnswer> {
    const { users } = this.#config;
    if (users.size === 0) return "ok";
    const given = parseBasic(authorization);
    if (given === undefined) return "denied";
    const hash = users.get(given.name);
    const question = { password: given.password, hash: hash ?? nobodysHash, peer };
    const isRight = await this.#passwords.check(question).catch(() => undefined);
    if (isRight === undefined) return "busy";
    return isRight && hash !== undefined ? "ok" : "denied";
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#passwords.stop();
  }

  #tlsOf({ context, clientAuth }: WebTls): TlsSecurity {
    return {
      // Whether a certificate will do is said by admits(): Node's own check would let none in whose client has none.
      options: { ...context, requestCert: clientAuth !== "NoClientCert", rejectUnauthorized: false },
      admits: (socket) => this.#config.tls !== undefined && admits(this.#config.tls, socket),
      onChange: (changed) => void this.#changed.push(changed),
    };
  }

  async #look(): Promise<void> {
    const states = new Map<string, string>();
    for (const file of this.#states.keys()) states.set(file, await stateOfFile(file));
    if ([...states].some(([file, state]) => state !== this.#states.get(file))) await this.#readAgain(states);
    if (!this.#isStopped) this.#timer = this.#parts.clock.setTimer(() => void this.#look(), lookMs);
  }

  async #readAgain(states: FileStates): Promise<void> {
    const { path, log } = this.#parts;
    const read = await readWebConfig(path);
    const before = [...states].filter(([file]) => this.#config.files.has(file));
    this.#states = new Map([...before, ...("config" in read ? read.config : read).files]);
    const problem = "problems" in read ? read.problems.join("; ") : this.#explainRefusal(read.config);
    if (problem === undefined && "config" in read) {
      this.#config = read.config;
      this.#states = read.config.files;
      this.#told = "";
      if (read.config.tls !== undefined) for (const changed of this.#changed) changed(read.config.tls.context);
      log.info("the web configuration has changed, and is in force", { file: path });
      this.#warn();
    } else if (problem !== undefined && problem !== this.#told) {
      this.#told = problem;
      log.warn(`the web configuration has changed and cannot be used, so that the last one stays: ${problem}`);
    }
  }

  #warn(): void {
    for (const warning of this.#config.warnings) this.#parts.log.warn(warning, { file: this.#parts.path });
  }

  #explainRefusal(next: WebConfig): string | undefined {
    return this.#explainUnchangeable(next) ?? this.#explainOpening(next);
  }

  /** A file that lost what was in it is more likely a mistake than meant to let everybody in. */
  #explainOpening(next: WebConfig): string | undefined {
    const { users, tls } = this.#config;
    if (users.size > 0 && next.users.size === 0)
      return "basic_auth_users: are gone, so that nobody would need a password any more; restart PinGo if that is meant";
    return isNeeded(tls) && !isNeeded(next.tls)
      ? "client_auth_type: nobody would need a certificate any more; restart PinGo if that is meant"
      : undefined;
  }

  /** What is settled for the whole life of what listens. */
  #explainUnchangeable({ tls }: WebConfig): string | undefined {
    const before = this.#config.tls;
    if ((tls === undefined) !== (before === undefined)) return "TLS is put on or off by a restart";
    const [asks, asked] = [tls, before].map((state) => (state?.clientAuth ?? "NoClientCert") !== "NoClientCert");
    return asks === asked ? undefined : "clients are asked for certificates, or no more, by a restart";
  }
}

/** Whether clients need a certificate. */
function isNeeded(tls: WebTls | undefined): boolean {
  return tls?.clientAuth === "RequireAnyClientCert" || tls?.clientAuth === "RequireAndVerifyClientCert";
}

/** By Go's ClientAuthType. */
function admits(tls: WebTls, socket: TLSSocket): boolean {
  const { clientAuth, allowedSans } = tls;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return !isNeeded(tls);
  const verifies = clientAuth === "RequireAndVerifyClientCert" || clientAuth === "VerifyClientCertIfGiven";
  if (verifies && !socket.authorized) return false;
  const names = parseSubjectAltNames(certificate.subjectAltName ?? "");
  return allowedSans.length === 0 || names.some((name) => allowedSans.includes(name));
}

/** RFC 7617. */
function parseBasic(
  authorization: string | undefined,
): { readonly name: string; readonly password: string } | undefined {
  const match = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization ?? "");
  if (match === null) return undefined;
  const text = Buffer.from(match[1] ?? "", "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
