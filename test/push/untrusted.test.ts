import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { type FamilySeries, tableOf } from "../../src/metrics/exposition/family-series.ts";
import { OtlpSender } from "../../src/push/otlp-sender.ts";
import { type Certificates, makeCertificates } from "../../src/sandbox/certificates.ts";

const general = "OTEL_EXPORTER_OTLP_CERTIFICATE";
const ofMetrics = "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE";

const series: FamilySeries = {
  family: { name: "m", type: "gauge", help: "", labels: [], of: "process", level: "minimal" },
  table: tableOf([{}]),
  write: (_row, to) => to.value(1),
};

describe("a receiver whose authority the system does not trust", () => {
  let folder: string;
  let server: Server;
  let own: Certificates;
  let url: URL;
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pingo-untrusted-"));
    own = await makeCertificates(Date.now());
    server = createServer({ cert: own.certificatePem, key: own.keyPem }, (request, response) =>
      request.resume().on("end", () => response.end()),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => {
    for (const name of [general, ofMetrics]) delete process.env[name];
  });

  async function problem(env: Readonly<Record<string, string>>): Promise<string | undefined> {
    Object.assign(process.env, env);
    const sender = new OtlpSender({ url, instance: "i", version: "0" });
    const sent = await sender.send([series], 1, new AbortController().signal);
    sender.close();
    assert.equal(sent.arrived, sent.problem === undefined ? 1 : 0);
    return sent.problem;
  }

  test("is told of with the variable that PinGo takes, and with no flag of Node's", async () => {
    assert.equal(
      await problem({}),
      "its certificate is of an authority that is not known here (UNABLE_TO_VERIFY_LEAF_SIGNATURE): " +
        `let ${general} name a file with it, in PEM`,
    );
  });

  for (const name of [general, ofMetrics]) {
    test(`takes metrics once ${name} names it`, async () => {
      assert.equal(await problem({ [name]: file("own.pem", own.caPem) }), undefined);
    });

    test(`is told of where ${name} names another authority`, async () => {
      const { caPem } = await makeCertificates(Date.now());
      const told = await problem({ [general]: "", [name]: file("other.pem", caPem) });
      assert.match(told ?? "", new RegExp(`^its certificate is not of the authority in the file that ${name} names`));
    });
  }

  test("is told of with what keeps the file of the authority from being read, and without what it is called", async () => {
    const told = await problem({ [general]: join(folder, "absent.pem") });
    assert.equal(told, `${general} names a file that cannot be read (ENOENT)`);
    assert.equal(
      await problem({ [general]: folder }),
      `${general} names a file that cannot be read (EISDIR)`,
      "a mounted secret is a folder",
    );
  });
});
