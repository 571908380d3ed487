import { execFileSync } from "node:child_process";

/** buildah(1) with a store of its own below a folder, which is all that is left of it. Needs root. */
export class Buildah {
  readonly #store: readonly string[];

  constructor(folder: string) {
    this.#store = ["--root", `${folder}/store`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"];
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
