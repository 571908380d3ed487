import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { makeCertificates } from "../../src/sandbox/certificates.ts";
import { eventually } from "../support/eventually.ts";
import { tell } from "../support/figures.ts";
import { skipWithout } from "../support/need.ts";
import { Lab } from "./lab.ts";
import type { ShakeOrder, ShakeSum } from "./shake.ts";

const shake = new URL("./shake.ts", import.meta.url);
const goSource = fileURLToPath(new URL("./tls-server.go", import.meta.url));
const port = 10_250;
const halfOpen = 500;
const full = 5;

interface TlsServer {
  readonly needs: string;
  /** The command line, given the folder with the certificate, the key and what `build` made. */
  readonly command: (folder: string) => readonly string[];
  readonly ready: RegExp;
  /** What it says of a client that connects and leaves without a word of TLS. */
  readonly complaint: RegExp;
  readonly build?: (folder: string) => void;
}

const servers: Record<string, TlsServer> = {
  "Go's net/http, of which the kubelet is made": {
    needs: "go",
    command: (folder) => [join(folder, "tls-server"), `:${port}`, join(folder, "cert.pem"), join(folder, "key.pem")],
    ready: /ready/,
    complaint: /TLS handshake error/g,
    build: (folder) =>
      execFileSync("go", ["build", "-o", join(folder, "tls-server"), goSource], {
        env: { ...process.env, GO111MODULE: "off", CGO_ENABLED: "0", GOCACHE: join(folder, "go-cache") },
      }),
  },
  // Less of a witness: it says nothing of a connection that is reset before its first byte, either.
  "openssl s_server": {
    needs: "openssl",
    command: (folder) => [
      ...["openssl", "s_server", "-accept", `${port}`, "-www"],
      ...["-cert", join(folder, "cert.pem"), "-key", join(folder, "key.pem")],
    ],
    ready: /ACCEPT/,
    complaint: /unexpected eof/gi,
  },
};

describe("a TLS server does not notice half-open handshakes", { skip: skipWithout("root", "ip") }, () => {
  let folder: string;
  let lab: Lab;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pingo-lab-"));
    const { certificatePem, keyPem } = await makeCertificates(Date.now());
    writeFileSync(join(folder, "cert.pem"), certificatePem);
    writeFileSync(join(folder, "key.pem"), keyPem, { mode: 0o600 });
    lab = Lab.create();
  });
  after(() => {
    lab.end();
    rmSync(folder, { recursive: true });
  });

  async function handshakes(handshake: "full" | "half", count: number): Promise<void> {
    const host = lab.far.ip4;
    const order: ShakeOrder = { host, ports: [port], count, atOnce: 10, timeoutMs: 5_000, handshake };
    const [sum] = (await lab.near.runScript(shake, order)) as ShakeSum[];
    assert.deepEqual(sum?.results, { ok: count });
  }

  for (const [name, { needs, command, ready, complaint, build }] of Object.entries(servers)) {
    test(`${name} logs nothing of ${halfOpen}, and a line of each full one`, {
      skip: skipWithout(needs),
    }, async (t) => {
      build?.(folder);
      const server = lab.far.spawn(...(command(folder) as [string, ...string[]]));
      let said = "";
      for (const stream of [server.stdout, server.stderr]) {
        stream.on("data", (chunk) => {
          said += chunk;
        });
      }
      const complaints = () => said.match(complaint)?.length ?? 0;
      await eventually("it listens", () => ready.test(said));
      const atFirst = said;
      await handshakes("half", halfOpen);
      const ofHalfOpen = said.slice(atFirst.length);
      await handshakes("full", full);
      await eventually(
        () => `it complains of each full one, not only:\n${said}`,
        () => complaints() >= full,
      );
      server.kill();
      await once(server, "close");
      const ofFull = complaints();
      tell(t, { server: name, half_open: halfOpen, log_lines: lines(ofHalfOpen), full, complaints: ofFull });
      assert.equal(ofHalfOpen, "");
      // All of the log by now: what was still to be said of the half-open ones would stand here, too.
      assert.equal(ofFull, full, said);
    });
  }
});

function lines(text: string): number {
  return text === "" ? 0 : text.trimEnd().split("\n").length;
}
