import { writeFileSync } from "node:fs";
import { buildBoard } from "../deploy/grafana/src/board.ts";
import { boards } from "../deploy/grafana/src/boards.ts";

/** Writes the dashboards as Grafana imports them: `npm run boards`. */
for (const [name, board] of Object.entries(boards)) {
  const path = new URL(`../deploy/grafana/${name}.json`, import.meta.url);
  writeFileSync(path, `${JSON.stringify(buildBoard(board), null, 2)}\n`);
}
