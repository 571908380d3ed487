import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";

const prefix = "pingo-lab-";
const namespaces = "/run/netns";

/** Two hosts and the wire between them, each host a network namespace of this process's own (ip-netns(8), veth(4)). */
export class Lab {
  readonly near: LabHost;
  readonly far: LabHost;

  private constructor(near: LabHost, far: LabHost) {
    this.near = near;
    this.far = far;
  }

  /** Needs root. What a lab that crashed left behind is taken away first. */
  static create(): Lab {
    Lab.sweep();
    const near = new LabHost(`${prefix}${process.pid}-near`, "198.18.0.1", "fd00::1");
    const far = new LabHost(`${prefix}${process.pid}-far`, "198.18.0.2", "fd00::2");
    const lab = new Lab(near, far);
    process.once("exit", () => lab.end());
    // The runner, or Ctrl-C, ends tests that way, and a signal alone is no exit.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
    for (const { name } of [near, far]) ip("netns", "add", name);
    ip("link", "add", "wire", "netns", near.name, "type", "veth", "peer", "name", "wire", "netns", far.name);
    for (const host of [near, far]) host.raise();
    return lab;
  }

  /** Takes both hosts away, and with them every process in them, the wire and every rule. Can be called again. */
  end(): void {
    for (const { name } of [this.near, this.far]) remove(name);
  }

  /** Takes away namespaces whose maker is gone. */
  static sweep(): void {
    const all = existsSync(namespaces) ? readdirSync(namespaces) : [];
    for (const name of all) {
      const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
      if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(name);
    }
  }
}

/** One host of the lab. */
export class LabHost {
  readonly name: string;
  readonly ip4: string;
  readonly ip6: string;

  constructor(name: string, ip4: string, ip6: string) {
    this.name = name;
    this.ip4 = ip4;
    this.ip6 = ip6;
  }

  /** Gives the host its addresses, and queues so long that no SYN is lost but by a rule. */
  raise(): void {
    this.run("ip", "addr", "add", `${this.ip4}/24`, "dev", "wire");
    this.run("ip", "addr", "add", `${this.ip6}/64`, "dev", "wire", "nodad");
    for (const link of ["lo", "wire"]) this.run("ip", "link", "set", link, "up");
    // Larger buffers of the wire itself, and no SYN cookies, which would answer what a full queue drops.
    this.run("ip", "link", "set", "wire", "txqueuelen", "10000");
    for (const setting of ["core.somaxconn=65535", "ipv4.tcp_max_syn_backlog=65535", "ipv4.tcp_syncookies=0"]) {
      this.run("sysctl", "-q", "-w", `net.${setting}`);
    }
  }

  /** Runs a program here to its end; gives what it printed. Throws where it fails. */
  run(command: string, ...args: string[]): string {
    return execFileSync("ip", ["netns", "exec", this.name, command, ...args], { encoding: "utf8", env: labEnv });
  }

  /** Starts a program here that runs on. */
  spawn(command: string, ...args: string[]) {
    return spawn("ip", ["netns", "exec", this.name, command, ...args], {
      env: labEnv,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Starts a TypeScript file here that can be talked with: both sides `send`, and get it as "message". */
  converse(file: URL, argument: unknown) {
    const command = ["netns", "exec", this.name, process.execPath, file.pathname, JSON.stringify(argument)];
    return spawn("ip", command, { env: labEnv, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  }

  /** Runs a TypeScript file here; gives the JSON that it printed in its last line. */
  async runScript(file: URL, argument: unknown): Promise<unknown> {
    const child = this.spawn(process.execPath, file.pathname, JSON.stringify(argument));
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`${file.pathname} ended with ${code}: ${errors}`);
    return JSON.parse(output.trim().split("\n").at(-1) ?? "");
  }

  /** Loads rules (nft(8)), in place of those before. */
  rules(text: string): void {
    execFileSync("ip", ["netns", "exec", this.name, "nft", "-f", "-"], {
      input: `flush ruleset\n${text}`,
      env: labEnv,
    });
  }

  /** Packets that a named counter of the table `lab` has seen. */
  counter(name: string): number {
    const { nftables } = JSON.parse(this.run("nft", "-j", "list", "counter", "inet", "lab", name));
    for (const entry of nftables) if (entry.counter !== undefined) return entry.counter.packets;
    throw new Error(`there is no counter ${name}`);
  }
}

const labEnv = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

function ip(...args: string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", env: labEnv });
}

/**
 * Takes a namespace away and ends what runs in it: the kernel keeps one that has lost its name for as long as a process
 * is left there. What another lab takes away at the same moment is gone all the same.
 */
function remove(name: string): void {
  if (!existsSync(`${namespaces}/${name}`)) return;
  try {
    for (const pid of ip("netns", "pids", name).split("\n").filter(Boolean)) kill(Number(pid));
    ip("netns", "del", name);
  } catch (error) {
    if (existsSync(`${namespaces}/${name}`)) throw error;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
