import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";

/** buildah(1) with a store of its own below a folder. Needs root. */
export class Buildah {
  readonly #store: readonly string[];

  constructor(folder: string) {
    const store = ["--root", `${folder}/store`, "--runroot", `${folder}/run`];
    const overlay = [...store, "--storage-driver", "overlay"];
    // Layers that are mounted over each other cost nothing; where they cannot be, inside a container that is such a mount
    // itself, every layer is a copy.
    this.#store = works(overlay) ? overlay : [...store, "--storage-driver", "vfs"];
  }

  /** Takes all mounts away, so that the folder can be. */
  end(): void {
    this.run("umount", "--all");
  }

  /** What it printed on stdout, without the last newline. Throws with what it said where it fails. */
  run(...args: readonly string[]): string {
    const options = { encoding: "utf8", maxBuffer: 64 << 20 } as const;
    return execFileSync("buildah", [...this.#store, ...args], { ...options, stdio: ["ignore", "pipe", "pipe"] }).trim();
  }

  /** An image's root as a folder, of a container made for it. */
  mount(image: string): string {
    return this.run("mount", this.run("from", "--pull-never", image));
  }

  /** As OCI's image specification has it (https://github.com/opencontainers/image-spec/blob/main/config.md). */
  config(image: string): ImageConfig {
    const { OCIv1 } = JSON.parse(this.run("inspect", "--type", "image", image)) as { OCIv1: { config: ImageConfig } };
    return OCIv1.config;
  }
}

function works(store: readonly string[]): boolean {
  const run = (...args: readonly string[]) =>
    execFileSync("buildah", [...store, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const container = run("from", "scratch");
    run("mount", container);
    run("umount", container);
    run("rm", container);
    return true;
  } catch {
    rmSync(store[1] as string, { recursive: true, force: true });
    return false;
  }
}

export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir: string;
  readonly StopSignal: string;
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
  readonly Labels: Readonly<Record<string, string>>;
}
