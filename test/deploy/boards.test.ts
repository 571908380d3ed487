import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { buildBoard } from "../../deploy/grafana/src/board.ts";
import { boards } from "../../deploy/grafana/src/boards.ts";

const folder = new URL("../../deploy/grafana/", import.meta.url);

describe("Grafana's boards", () => {
  for (const [name, board] of Object.entries(boards)) {
    test(`${name}.json is what the code says: npm run boards`, () => {
      const committed = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
      assert.deepEqual(committed, JSON.parse(JSON.stringify(buildBoard(board))));
    });

    test(`${name}: each panel says how to read it, and asks the Prometheus that is chosen`, () => {
      const { panels = [] } = buildBoard(board);
      const shown = panels.filter(({ type }) => type !== "row");
      assert.ok(shown.length > 3);
      for (const panel of shown) {
        const { title, description, datasource } = panel as {
          title?: string;
          description?: string;
          datasource?: { uid?: string };
        };
        assert.match(description ?? "", /\.$/, title ?? "");
        assert.equal(datasource?.uid, "$datasource", title ?? "");
      }
      assert.equal(new Set(shown.map((panel) => ("title" in panel ? panel.title : ""))).size, shown.length);
    });
  }

  test("are all committed, and no others", () => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
    assert.deepEqual(
      files.toSorted(),
      Object.keys(boards)
        .map((name) => `${name}.json`)
        .toSorted(),
    );
  });

  test("of zones has nothing that --metrics minimal leaves out", () => {
    const text = JSON.stringify(buildBoard(boards.zones as (typeof boards)[string]));
    assert.doesNotMatch(text, /pingo_(up|probes_total|node_ready|target_info|syn_|handshake_rtt|connect)/);
  });
});
