import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageConfig } from "./buildah.ts";
import { defaultSeccomp } from "./seccomp.ts";

export interface ContainerOptions {
  readonly name: string;
  /** Of the test's own, for the bundle and the runtime's state. */
  readonly folder: string;
  /** The image's root. It is mounted so that nothing can be written. */
  readonly root: string;
  readonly config: ImageConfig;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Path of a network namespace; one without a network where there is none. */
  readonly network?: string;
}

/**
 * A container as a pod of the restricted Pod Security Standard is one: a user that is nobody, no capability, no new
 * privileges, the runtime's seccomp profile, and a root that cannot be written; namespaces of its own. By runc(8), as root.
 */
export class Container {
  stdout = "";
  stderr = "";
  readonly #process: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #state: string;
  readonly #name: string;

  constructor(options: ContainerOptions) {
    const bundle = join(options.folder, options.name);
    mkdirSync(bundle);
    writeFileSync(join(bundle, "config.json"), JSON.stringify(ociConfig(options)));
    this.#name = options.name;
    this.#state = join(options.folder, "runc");
    const args = ["--root", this.#state, "run", "--no-new-keyring", "--bundle", bundle, options.name];
    this.#process = spawn("runc", args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#process.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
    });
    this.#process.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.#exited = once(this.#process, "close").then(([code]) => code as number | null);
  }

  exit(): Promise<number | null> {
    return this.#exited;
  }

  /** The signal goes to process 1 of the container, as a kubelet sends it. */
  async stop(signal = "TERM"): Promise<{ code: number | null; tookMs: number }> {
    const startMs = performance.now();
    this.runc("kill", this.#name, signal);
    return { code: await this.#exited, tookMs: performance.now() - startMs };
  }

  /** Its process 1, as this machine counts. */
  get pid(): number {
    return (JSON.parse(this.runc("state", this.#name)) as { pid: number }).pid;
  }

  /** Ends it at once, if it is there. */
  remove(): void {
    try {
      this.runc("delete", "--force", this.#name);
    } catch {
      // It has ended by itself.
    }
  }

  private runc(...args: readonly string[]): string {
    return execFileSync("runc", ["--root", this.#state, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

function ociConfig({ root, config, args, env, network, name }: ContainerOptions) {
  const [uid, gid] = config.User.split(":").map(Number);
  const none = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };
  const options = ["nosuid", "noexec", "nodev", "ro"];
  return {
    ociVersion: "1.0.2",
    hostname: name,
    process: {
      user: { uid, gid },
      args: [...config.Entrypoint, ...args],
      env: [...config.Env, ...Object.entries(env).map(([variable, value]) => `${variable}=${value}`)],
      cwd: config.WorkingDir,
      capabilities: none,
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=64k"] },
      { destination: "/sys", type: "sysfs", source: "sysfs", options },
    ],
    linux: {
      namespaces: [
        ...["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
        network === undefined ? { type: "network" } : { type: "network", path: network },
      ],
      seccomp: defaultSeccomp(),
      // What a kubelet masks (pkg/securitycontext/util.go).
      maskedPaths: [
        "/proc/acpi",
        "/proc/kcore",
        "/proc/keys",
        "/proc/timer_list",
        "/proc/sched_debug",
        "/sys/firmware",
      ],
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    },
  };
}
