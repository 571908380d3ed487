import { parentPort } from "node:worker_threads";
import { compareSync } from "bcryptjs";

/** A password to be held against a hash; the answer is whether it is the one. */
export interface PasswordQuestion {
  readonly password: string;
  readonly hash: string;
}

parentPort?.on("message", ({ password, hash }: PasswordQuestion) =>
  parentPort?.postMessage(compareSync(password, hash)),
);
