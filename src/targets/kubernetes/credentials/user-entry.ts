import { token as parseToken } from "../../../config/values.ts";
import type { AuthorizationSpec, PemSource } from "./access-spec.ts";
import { flawOfPair } from "./client-certificate.ts";
import type { EntryReader } from "./entry-reader.ts";
import { readExec } from "./exec-spec.ts";
import { readImpersonation } from "./impersonation.ts";
import { readPem, readPemSource } from "./pem-source.ts";

/** A kubeconfig's user, checked. */
export interface UserEntry {
  readonly cert: PemSource | undefined;
  readonly key: PemSource | undefined;
  readonly authorization: AuthorizationSpec;
  readonly impersonation: Readonly<Record<string, string | readonly string[]>>;
}

/** Reads a user's entry, noting what is wrong. `cluster` is what a plugin may be told of. */
export function readUser(
  user: EntryReader,
  cluster: Readonly<Record<string, unknown>>,
  readFile: (path: string) => string,
): UserEntry {
  const { cert, key } = readPair(user, readFile);
  const impersonation = readImpersonation(user);
  if (user.nested("auth-provider") !== undefined) {
    user.trouble(
      "auth-provider is what kubectl no longer has; use the provider's exec plugin " +
        "(gke-gcloud-auth-plugin, kubelogin, kubectl oidc-login)",
    );
  }
  const given = readGiven(user, readFile);
  const exec = user.nested("exec");
  const plugin = exec === undefined ? undefined : readExec(exec, cluster);
  // As client-go: where the user has something else to show, the plugin is not run.
  const usePlugin = plugin !== undefined && given.from === "none" && cert === undefined;
  return { cert, key, impersonation, authorization: usePlugin ? { from: "exec", plugin } : given };
}

/** A token, a token file, or name and password. */
function readGiven(user: EntryReader, readFile: (path: string) => string): AuthorizationSpec {
  const token = user.text("token");
  const path = user.path("tokenFile");
  const username = user.text("username");
  const password = user.text("password");
  const basic = username !== "" || password !== "";
  if (token !== "" && basic) user.trouble("a token and a username are both given; kubectl takes one of them only");
  const parsed = parseToken(token);
  if (token !== "" && "problem" in parsed) user.trouble(`token ${parsed.problem}`);
  // The file is what is rotated, so it wins; the token serves where it cannot be read.
  if (path !== "") {
    if (token !== "") return { from: "file", path, fallback: token };
    checkTokenFile(user, path, readFile);
    return { from: "file", path };
  }
  if (token !== "") return { from: "value", token };
  if (!basic) return { from: "none" };
  // RFC 7617, 2: the first colon is where the password begins.
  if (username.includes(":")) user.trouble("username has a colon in it, which basic authentication cannot carry");
  return { from: "basic", username, password };
}

function checkTokenFile(user: EntryReader, path: string, readFile: (path: string) => string): void {
  try {
    const parsed = parseToken(readFile(path).trim());
    if ("problem" in parsed) user.trouble(`tokenFile: the token in ${path} ${parsed.problem}`);
  } catch (error) {
    user.trouble(`tokenFile cannot be read: ${(error as Error).message}`);
  }
}

/** The client's certificate and key; both or neither. */
function readPair(user: EntryReader, readFile: (path: string) => string): Pick<UserEntry, "cert" | "key"> {
  const cert = readPemSource(user, "client-certificate");
  const key = readPemSource(user, "client-key");
  // A key alone is of no use and no harm; kubectl passes over it as well.
  if (cert === undefined) return { cert: undefined, key: undefined };
  if (key === undefined) {
    user.trouble("a client-certificate is given without its client-key or client-key-data");
    return { cert: undefined, key: undefined };
  }
  const [certText, keyText] = [readPem(cert, "client-certificate", readFile), readPem(key, "client-key", readFile)];
  for (const text of [certText, keyText]) if ("problem" in text) user.trouble(text.problem);
  const flaw = "pem" in certText && "pem" in keyText ? flawOfPair(certText.pem, keyText.pem) : undefined;
  if (flaw !== undefined) user.trouble(`client-certificate and client-key: ${flaw}`);
  return { cert, key };
}
