// `node follow-nodes.ts {"url": ...}`: follows that API as PinGo does and prints a line of JSON for whatever happens:
// {"address"} of a node that has changed, {"restart"}, {"log"}. Until it is killed.
import { systemClock } from "../../src/clock.ts";
import { createLog } from "../../src/log.ts";
import { ApiClient } from "../../src/targets/kubernetes/api-client.ts";
import { NodeFollower } from "../../src/targets/kubernetes/node-follower.ts";
import { openAccess } from "../support/open-access.ts";

const { url } = JSON.parse(process.argv[2] ?? "{}") as { url: string };
const tell = (news: object) => process.stdout.write(`${JSON.stringify(news)}\n`);
const access = openAccess({ url: new URL(url) });
const known = new Set<string>();
const follower = new NodeFollower({
  client: new ApiClient({ access, clock: systemClock, report: () => {} }),
  apiName: url,
  sink: {
    get size() {
      return known.size;
    },
    upsert: ({ name, addresses }) => {
      known.add(name);
      tell({ address: addresses[0]?.address });
    },
    remove: (name) => known.delete(name),
    keepOnly: (keeps) => {
      for (const name of known) if (!keeps(name)) known.delete(name);
    },
  },
  report: { synced: () => {}, watchRestarted: (restart) => tell({ restart }), problem: () => {}, failed: () => {} },
  log: createLog({
    format: "text",
    level: "info",
    write: (log) => tell({ log }),
    unixMs: () => Date.now(),
    secrets: () => [],
  }),
  clock: systemClock,
  random: Math.random,
  labelSelector: "",
  scanMs: 60_000,
});
await follower.run(new AbortController().signal);
