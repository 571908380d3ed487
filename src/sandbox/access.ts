import { randomBytes } from "node:crypto";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";

export const readVerbs: readonly Verb[] = ["get", "list", "watch"];
export const allVerbs: readonly Verb[] = ["get", "list", "watch", "create", "update", "patch", "delete"];

/** Somebody with a bearer token. `verbs` are for nodes; `admin` may also ask for what is not there (404, not 403). */
export type User = { name: string; verbs: ReadonlySet<Verb>; admin: boolean };

/** Who may do what. Tokens are random and live as long as the sandbox. */
export class Access {
  readonly #users = new Map<string, User>();

  /** A new token for `name`. */
  grant(name: string, verbs: readonly Verb[], { admin = false } = {}): string {
    const token = randomBytes(24).toString("base64url");
    this.#users.set(token, { name, verbs: new Set(verbs), admin });
    return token;
  }

  /** The token is answered with 401 from now on. */
  revoke(token: string): void {
    this.#users.delete(token);
  }

  /** The user of an Authorization header (RFC 6750), if any. */
  userOf(authorization: string | undefined): User | undefined {
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    return token === undefined ? undefined : this.#users.get(token);
  }
}
