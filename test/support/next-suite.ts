import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Debian's suite after the one of CI. */
const suite = "trixie";
const sources = "/etc/apt/sources.list.d";
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const cache = fileURLToPath(new URL("../../node_modules/.cache/debian/", import.meta.url));

/**
 * The folder in which a package of Debian's next suite is unpacked, downloaded from this machine's own mirror; nothing is
 * installed. Throws where that cannot be.
 */
export function unpackedFromNextSuite(name: string): string {
  const folder = join(cache, name);
  if (!existsSync(folder)) unpack(name, folder);
  return folder;
}

function unpack(name: string, into: string): void {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "unpacking-"));
  for (const part of ["etc", "lists", "archives"]) mkdirSync(join(folder, part));
  const content = [
    "Types: deb",
    `URIs: ${mirror()}`,
    `Suites: ${suite}`,
    "Components: main",
    `Signed-By: ${keyring}`,
    "",
  ];
  writeFileSync(join(folder, "etc/next.sources"), content.join("\n"));
  const options = [
    "Dir::Etc::SourceList=/dev/null",
    `Dir::Etc::SourceParts=${join(folder, "etc")}`,
    `Dir::State::lists=${join(folder, "lists")}`,
    `Dir::Cache=${folder}`,
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  run("apt-get", [...options, "-qq", "update"], folder);
  run("apt-get", [...options, "-qq", "download", `${name}/${suite}`], folder);
  const [file = ""] = readdirSync(folder).filter((file) => file.endsWith(".deb"));
  run("dpkg-deb", ["-x", file, "root"], folder);
  renameSync(join(folder, "root"), into);
  rmSync(folder, { recursive: true });
}

/** Where this machine's own packages come from. */
function mirror(): string {
  const files = [...readdirSync(sources).map((name) => join(sources, name)), "/etc/apt/sources.list"];
  const texts = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8"));
  const found = texts.join("\n").match(/https?:\/\/\S+\/debian\/?(?=\s|$)/m)?.[0];
  if (found === undefined) throw new Error("no mirror of Debian is among apt's sources");
  return found;
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 120_000 });
  if (status !== 0) throw new Error(`${command} ${args.at(-1)}: ${stderr}`);
}
