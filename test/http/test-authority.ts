import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Certificate and key as files, and as PEM. */
export interface Issued {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface IssueOptions {
  /** `DNS:a,IP:127.0.0.1` */
  readonly san: string;
  /** From and until, as openssl takes them: `20200101000000Z`; now and tomorrow where it is left out. */
  readonly validity?: readonly [string, string];
}

/** A certificate authority of openssl's, in a folder of its own. */
export class TestAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), "pingo-ca-"));
  readonly caFile = join(this.folder, "ca.crt");
  #issued = 0;

  constructor() {
    this.#openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=test authority",
      "-keyout",
      this.#path("ca.key"),
      "-out",
      this.caFile,
    );
    writeFileSync(this.#path("index.txt"), "");
    const config = [
      "[ca]",
      "default_ca=own",
      "[own]",
      `database=${this.#path("index.txt")}`,
      `new_certs_dir=${this.folder}`,
      "default_md=sha256",
      "policy=any",
      "unique_subject=no",
      "rand_serial=yes",
      "default_days=1",
      "copy_extensions=copy",
      "[any]",
      "commonName=supplied",
      "",
    ];
    writeFileSync(this.#path("ca.cnf"), config.join("\n"));
  }

  get ca(): string {
    return readFileSync(this.caFile, "utf8");
  }

  issue({ san, validity }: IssueOptions): Issued {
    const name = `issued-${++this.#issued}`;
    const [certFile, keyFile, request] = [`${name}.crt`, `${name}.key`, `${name}.csr`].map((file) =>
      this.#path(file),
    ) as [string, string, string];
    this.#openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-subj",
      `/CN=${name}`,
      "-addext",
      `subjectAltName=${san}`,
      "-keyout",
      keyFile,
      "-out",
      request,
    );
    const dates = validity === undefined ? [] : ["-startdate", validity[0], "-enddate", validity[1]];
    this.#openssl(
      "ca",
      "-batch",
      "-notext",
      "-config",
      this.#path("ca.cnf"),
      "-cert",
      this.caFile,
      "-keyfile",
      this.#path("ca.key"),
      "-in",
      request,
      "-out",
      certFile,
      ...dates,
    );
    return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #path(file: string): string {
    return join(this.folder, file);
  }

  #openssl(...args: string[]): void {
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  }
}
