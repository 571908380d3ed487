import { parentPort } from "node:worker_threads";
import { compareSync } from "bcryptjs";

/** A password to be held against a hash; the answer is whether it is the one. */
export interface PasswordQuestion {
  readonly password: string;
  readonly hash: string;
}

parentPort?.on("message", (question: PasswordQuestion) => parentPort?.postMessage(isRight(question)));

/** Nothing is the password of a hash that cannot be used. */
function isRight({ password, hash }: PasswordQuestion): boolean {
  try {
    return compareSync(password, hash);
  } catch {
    return false;
  }
}
