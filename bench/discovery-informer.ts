// What `npm run bench:discovery` is held against: the informer of @kubernetes/client-node on the same API. Usage:
// discovery-informer.ts NODES, with PinGo's environment. Prints JSON once it knows them all.
import { CoreV1Api, KubeConfig, makeInformer } from "@kubernetes/client-node";
import { memoryMegabytes } from "./memory.ts";

const nodes = Number(process.argv[2]);
const { PINGO_API: server = "", PINGO_TOKEN: token = "", PINGO_CA: caData = "" } = process.env;
const config = new KubeConfig();
config.loadFromOptions({
  clusters: [{ name: "sandbox", server, caData }],
  users: [{ name: "pingo", token }],
  contexts: [{ name: "sandbox", cluster: "sandbox", user: "pingo" }],
  currentContext: "sandbox",
});
const api = config.makeApiClient(CoreV1Api);
let known = 0;
let firstMs = 0;
const informer = makeInformer(config, "/api/v1/nodes", () => api.listNode());
informer.on("add", () => {
  known++;
  if (known === 1) firstMs = performance.now();
  if (known === nodes) tell();
});
informer.on("error", (error) => {
  throw error;
});
await informer.start();

function tell(): void {
  const peakMegabytes = memoryMegabytes(process, "VmHWM");
  console.log(
    JSON.stringify({ firstNodeSeconds: firstMs / 1e3, allNodesSeconds: performance.now() / 1e3, peakMegabytes }),
  );
  process.exit();
}
