import { readFileSync } from "node:fs";

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly unknown[] | null;
  readonly errnoRet?: number;
  readonly includes?: Condition;
  readonly excludes?: Condition;
}

interface Condition {
  readonly arches?: readonly string[];
  readonly caps?: readonly string[];
}

interface Profile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly syscalls: readonly Rule[];
}

/**
 * What Kubernetes' `RuntimeDefault` stands for: the profile that containers' common package ships (containerd's and
 * Docker's are of the same origin), for a process on x64 that has no capability, as OCI's runtime specification writes it
 * (https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp).
 */
export function defaultSeccomp(path = "/usr/share/containers/seccomp.json") {
  const { defaultAction, defaultErrnoRet, syscalls } = JSON.parse(readFileSync(path, "utf8")) as Profile;
  return {
    defaultAction,
    defaultErrnoRet,
    architectures: ["SCMP_ARCH_X86_64"],
    syscalls: syscalls.filter(applies).map(({ names, action, args, errnoRet }) => ({
      names,
      action,
      ...(args?.length ? { args } : {}),
      ...(errnoRet === undefined ? {} : { errnoRet }),
    })),
  };
}

/** A rule for who has a capability is none for this process; one for who lacks it is. */
function applies({ includes, excludes }: Rule): boolean {
  if ((includes?.caps?.length ?? 0) > 0) return false;
  if (includes?.arches !== undefined && !includes.arches.includes("amd64")) return false;
  return !(excludes?.arches?.includes("amd64") ?? false);
}
