// `node silent-api.ts {"host": ..., "ports": [...]}`: the same small Kubernetes API on several ports, over plain HTTP,
// whose one node changes every second. At SIGUSR2 the watches that are open at the last port become those of a proxy that
// holds on to its client when what was behind it has gone: they send nothing any more, and never end.
// Prints a line once it listens.
import { createServer, type ServerResponse } from "node:http";

const { host, ports } = JSON.parse(process.argv[2] ?? "{}") as { host: string; ports: number[] };
const frozen = new Set<ServerResponse>();
const watches = new Map<ServerResponse, number>();
let version = 100;

const node = () => ({
  metadata: { name: "a", uid: "u", resourceVersion: String(version) },
  status: { addresses: [{ type: "InternalIP", address: `192.0.2.${1 + (version % 250)}` }] },
});

for (const port of ports) {
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? "/", "http://api").searchParams;
    if (query.get("sendInitialEvents") !== null) return void response.writeHead(422).end("{}");
    response.setHeader("Content-Type", "application/json");
    if (query.get("watch") === null) {
      const list = { kind: "NodeList", metadata: { resourceVersion: String(version) }, items: [node()] };
      return void response.end(JSON.stringify(list));
    }
    response.flushHeaders();
    watches.set(response, port);
    const timeout = setTimeout(
      () => frozen.has(response) || response.end(),
      Number(query.get("timeoutSeconds")) * 1_000,
    );
    response.on("close", () => {
      clearTimeout(timeout);
      watches.delete(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
}
setInterval(() => {
  version++;
  const line = `${JSON.stringify({ type: "MODIFIED", object: node() })}\n`;
  for (const response of watches.keys()) if (!frozen.has(response)) response.write(line);
}, 1_000);
process.stdout.write("listening\n");
process.on("SIGUSR2", () => {
  for (const [response, port] of watches) if (port === ports.at(-1)) frozen.add(response);
});
