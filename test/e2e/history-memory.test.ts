import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { KeeperStatus } from "../../src/history/thread/protocol.ts";
import { HistoryDriver, minuteMs, startUnixMs } from "../support/history-driver.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("65,000 targets, a minute of which none answers among them, take less than 60 MB, and all are in the file", (t) => {
  const path = `${temporaryFolder(t)}/history`;
  const script = fileURLToPath(new URL("../support/large-history.ts", import.meta.url));
  const said = execFileSync(process.execPath, ["--expose-gc", script, "65000", path], { encoding: "utf8" });
  // The test's own targets, 20 MB, are in it too.
  const { megabytes, status } = JSON.parse(said) as { megabytes: number; status: KeeperStatus };
  assert.ok(megabytes < 80, `${megabytes} MB`);
  assert.deepEqual([status.targets, status.droppedMinutes, status.droppedRecords], [65_000, 0, 0]);
  const driver = new HistoryDriver({ path, nowUnixMs: startUnixMs + 12 * minuteMs });
  assert.equal(driver.view.targets().length, 65_000);
  driver.close();
});
