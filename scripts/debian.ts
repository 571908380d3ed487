import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Where the package puts it: no program, but what the system's Python finds. */
export const pythonClient = "/usr/lib/python3/dist-packages/prometheus_client";

/** And this of python3-protobuf. */
export const pythonProtobuf = "/usr/lib/python3/dist-packages/google/protobuf";

/** A program that a test needs and the Debian package that brings it; packages, with a space between, where it takes several. */
export interface DebianTool {
  readonly command: string;
  readonly package: string;
  readonly neededFor: string;
}

export const debianTools: readonly DebianTool[] = [
  { command: "promtool", package: "prometheus", neededFor: "holding the metrics page against Prometheus' own linter" },
  {
    command: pythonClient,
    package: "python3-prometheus-client",
    neededFor: "reading OpenMetrics with a parser that is not ours",
  },
  { command: pythonProtobuf, package: "python3-protobuf", neededFor: "reading OTLP with OpenTelemetry's own messages" },
  { command: "tmux", package: "tmux", neededFor: "pressing keys in a terminal and reading its screen" },
  { command: "ip", package: "iproute2", neededFor: "handshakes in a network namespace without a route" },
  { command: "nft", package: "nftables", neededFor: "holding lost SYNs against a packet filter's counters" },
  { command: "tcpdump", package: "tcpdump", neededFor: "holding round trips against a capture" },
  { command: "kubectl", package: "kubernetes-client", neededFor: "holding the sandbox's API against the real kubectl" },
  { command: "chromium", package: "chromium", neededFor: "the page in a browser" },
  { command: "openssl", package: "openssl", neededFor: "certificates that are wrong on purpose" },
  { command: "gcc", package: "gcc libc6-dev", neededFor: "a wall clock that jumps for one program alone" },
  { command: "groff", package: "groff", neededFor: "drawing the man page" },
  { command: "zsh", package: "zsh", neededFor: "completing words in zsh" },
  { command: "fish", package: "fish", neededFor: "completing words in fish" },
  { command: "go", package: "golang-go", neededFor: "half-open handshakes to a TLS server such as the kubelet's" },
  { command: "buildah", package: "buildah", neededFor: "building the image" },
  { command: "runc", package: "runc", neededFor: "running the image" },
  { command: "busybox", package: "busybox-static", neededFor: "an image to build the image in" },
  { command: "strip", package: "binutils", neededFor: "an image to build the image in" },
];

/** Whether the program is on the PATH, or the file is there. */
export function isInstalled(command: string): boolean {
  if (command.startsWith("/")) return existsSync(command);
  return spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
}

/** Installs what is missing where this process may, and says what will be skipped where it may not. */
export function installMissing(tools: readonly DebianTool[] = debianTools): void {
  const missing = tools.filter(({ command }) => !isInstalled(command));
  if (missing.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && isInstalled("apt-get");
  for (const { command, package: name, neededFor } of missing) {
    if (!mayInstall) {
      console.log(`pingo: ${command} is missing and only root can install it (Debian: ${name}); skipping ${neededFor}`);
    }
  }
  if (mayInstall) aptInstall(missing.flatMap(({ package: names }) => names.split(" ")));
}

function aptInstall(packages: readonly string[]): void {
  console.log(`pingo: installing Debian packages for the tests: ${packages.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) =>
    spawnSync("apt-get", ["-qq", ...args], { env, stdio: ["ignore", "ignore", "inherit"] });
  apt("update");
  const { status } = apt("install", "--yes", "--no-install-recommends", ...packages);
  if (status !== 0) console.log("pingo: apt-get could not install them; the tests that need them will say so");
}
