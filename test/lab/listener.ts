// `node listener.ts '{"ports":[...]}'`: listens on each port, both families, accepts and closes when the client does.
// Prints "ready", and how many connections it has accepted whenever it gets a line.
import { once } from "node:events";
import { createServer } from "node:net";

const { ports }: { ports: number[] } = JSON.parse(process.argv[2] ?? "{}");
for (const port of ports) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.resume();
  });
  server.listen({ host: "::", port, backlog: 65_535 });
  await once(server, "listening");
}
process.stdout.write("ready\n");
