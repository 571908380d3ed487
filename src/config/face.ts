import type { Command } from "./options/option.ts";

/** By which name PinGo was called. */
export interface Face {
  /** As a person types it. */
  readonly program: "pingo" | "kubectl pingo";
  /** What is run where no command is named. */
  readonly command: Command;
  /** Whether kubectl's own flags say which cluster is meant: `--server`, `--user` and the like. */
  readonly isKubectl: boolean;
}

export const pingoFace: Face = { program: "pingo", command: "serve", isKubectl: false };

/** As a plugin of kubectl, which finds it on the PATH as `kubectl-pingo`. */
export const kubectlFace: Face = { program: "kubectl pingo", command: "check", isKubectl: true };
