import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { chartFiles, whole, withValues } from "../../scripts/chart/chart-files.ts";
import { readValues, valuesTable } from "../../scripts/chart/values-doc.ts";
import { options } from "../../src/config/options.ts";
import { deployFolder } from "./render.ts";

describe("what of deploy/ is written from something else: npm run chart", () => {
  for (const [path, text] of chartFiles()) {
    test(`${path} is up to date`, () => assert.equal(readFileSync(`${deployFolder}${path}`, "utf8"), text));
  }

  test("the chart has no other copies", () => {
    const copies = readdirSync(`${deployFolder}helm/pingo/files`, { recursive: true, withFileTypes: true });
    const found = copies.filter((one) => one.isFile()).map(({ parentPath, name }) => `${parentPath}/${name}`);
    const written = [...chartFiles().keys()]
      .filter((path) => path.includes("/files/"))
      .map((path) => deployFolder + path);
    assert.deepEqual(found.toSorted(), written.toSorted());
  });

  test("kustomize's object has the rules as they are", () => {
    const read = (path: string) => parse(readFileSync(deployFolder + path, "utf8"));
    const object = read("kustomize/components/prometheus-rule/prometheus-rule.yaml");
    assert.deepEqual(object.spec, read("prometheus/pingo.rules.yaml"));
  });

  test("kustomize has all boards", () => {
    const { configMapGenerator } = parse(readFileSync(`${deployFolder}grafana/kustomization.yaml`, "utf8"));
    const named = configMapGenerator.flatMap(({ files }: { files: string[] }) =>
      files.map((file) => file.split("=")[1]),
    );
    const boards = readdirSync(`${deployFolder}grafana`).filter((file) => file.endsWith(".json"));
    assert.deepEqual(named.toSorted(), boards.toSorted());
  });

  test("the schema knows the variables of serve, and none with a secret", () => {
    const schema = JSON.parse(chartFiles().get("helm/pingo/values.schema.json") ?? "");
    const known = Object.keys(schema.properties.options.properties);
    assert.ok(known.includes(options.probe.env ?? "") && known.includes(options.history.env ?? ""));
    assert.deepEqual(
      known.filter((name) => /TOKEN$|^PINGO_CA$|^PINGO_TOP/.test(name)),
      [],
    );
  });

  test("every value of values.yaml has a type in the schema", () => {
    const schema = JSON.parse(chartFiles().get("helm/pingo/values.schema.json") ?? "");
    for (const { path } of readValues(readFileSync(`${deployFolder}helm/pingo/values.yaml`, "utf8"), whole)) {
      let place = schema;
      for (const step of path.split(".")) place = place.properties?.[step] ?? place.additionalProperties;
      assert.equal(typeof place, "object", path);
    }
  });

  test("the figures that the resources are chosen by are those of bench/results.md", () => {
    const results = readFileSync(new URL("../../bench/results.md", import.meta.url), "utf8");
    const measured = [
      /5,000, full, with history in memory \| 1 s \| - .* 24 % .* 155, 160 MB/,
      /5,000, full, with history in memory \| 1 s \| 15 s .* 166 MB/,
      /20,000, full, with history in memory .* 249 MB/,
      /65,000, full, with history in memory .* 35 % .* 489 MB/,
      /65,000, full, with history in memory .* 27 % .* 397 MB/,
    ];
    for (const figure of measured) assert.match(results, figure);
    const read = (path: string) => readFileSync(`${deployFolder}${path}`, "utf8");
    const quoted: [string, readonly string[]][] = [
      [
        "kustomize/base/deployment.yaml",
        ["24 % of a core, at most 160 MB", "at most 166 MB", "at most 249 MB", "at most 489 MB"],
      ],
      ["helm/pingo/values.yaml", ["24 % of a core and 160 MB at most", "166 MB", "249 MB", "489 MB"]],
      ["../docs/deploy.md", ["24 % | 160 MB; 166 MB scraped", "249 MB", "27 % | 397 MB", "489 MB"]],
    ];
    for (const [path, figures] of quoted) {
      for (const figure of figures) assert.ok(read(path).includes(figure), `${path}: ${figure}`);
    }
  });

  test("the requests hold 5,000 nodes scraped and the limits 65,000, each with a full history", () => {
    const { resources } = parse(readFileSync(`${deployFolder}helm/pingo/values.yaml`, "utf8"));
    const bytes = { "256Mi": 256 * 2 ** 20, "1Gi": 2 ** 30 } as Readonly<Record<string, number>>;
    assert.ok((bytes[resources.requests.memory] ?? 0) > (166 + 64) * 1e6);
    assert.ok((bytes[resources.limits.memory] ?? 0) > (489 + 64) * 1e6);
  });

  test("a value without a comment, and a README without a place, are told of", () => {
    const values = readValues("# about a\na: 1\nb:\n  # about c\n  c: [x]\n  d: ''\n");
    assert.deepEqual(values, [
      { path: "a", fallback: "1", meaning: "about a" },
      { path: "b.c", fallback: '["x"]', meaning: "about c" },
      { path: "b.d", fallback: '""', meaning: "" },
    ]);
    assert.throws(() => valuesTable(values), /b\.d has no comment/);
    assert.throws(() => withValues("nothing", ""), /no place for the values/);
  });
});
