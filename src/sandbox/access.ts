import { randomBytes } from "node:crypto";
import { type Attributes, allows, type Rule } from "./rbac.ts";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";

export const readVerbs: readonly Verb[] = ["get", "list", "watch"];
export const allVerbs: readonly Verb[] = ["get", "list", "watch", "create", "update", "patch", "delete"];

/** Somebody with a bearer token. `admin` may do everything, and may ask for what is not there (404, not 403). */
export type User = {
  name: string;
  admin: boolean;
  /** What may be done, beside what an admin may; asked each time, because roles come and go. */
  rules: () => readonly Rule[];
  /** Whether the token is one still; always, where there is none. */
  isValid?: () => boolean;
};

/** More than a test or a person asks for in the life of a sandbox; kubectl may ask for one every second. */
const maxTokens = 1_000;

/**
 * Who may do what. Tokens are random and live as long as the sandbox, or as their users say. Beyond a thousand, those that have
 * ended are forgotten, and the oldest of those that will end: it is answered with 401, as if it had.
 */
export class Access {
  readonly #users = new Map<string, User>();

  /** A new token for `name`, who may do this with nodes and their status. */
  grant(name: string, verbs: readonly Verb[], { admin = false } = {}): string {
    const rules: Rule[] = [{ verbs, apiGroups: [""], resources: ["nodes", "nodes/status"], resourceNames: [] }];
    return this.grantTo({ name, admin, rules: () => rules });
  }

  /** A new token for somebody whose rights are asked for each time. */
  grantTo(user: User): string {
    const token = randomBytes(24).toString("base64url");
    if (this.#users.size >= maxTokens) this.#makeRoom();
    this.#users.set(token, user);
    return token;
  }

  #makeRoom(): void {
    const ending = [...this.#users].filter(([, { isValid }]) => isValid !== undefined);
    const ended = ending.filter(([, { isValid }]) => isValid?.() === false);
    for (const [token] of ended.length > 0 ? ended : ending.slice(0, 1)) this.#users.delete(token);
  }

  /** The token is answered with 401 from now on. */
  revoke(token: string): void {
    this.#users.delete(token);
  }

  /** The user of an Authorization header (RFC 6750), if any. */
  userOf(authorization: string | undefined): User | undefined {
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    const user = token === undefined ? undefined : this.#users.get(token);
    return user?.isValid?.() === false ? undefined : user;
  }
}

/** Whether somebody may do it; nobody may where nobody asks. */
export function may(user: User | undefined, attributes: Attributes): boolean {
  return user !== undefined && (user.admin || allows(user.rules(), attributes));
}
