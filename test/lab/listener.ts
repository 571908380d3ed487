// `node listener.ts '{"ports":[...]}'`: listens on each port, both families, accepts and closes when the client does.
// Prints "ready", and how many connections it has accepted whenever it gets SIGUSR2.
import { once } from "node:events";
import { createServer } from "node:net";

const { ports }: { ports: number[] } = JSON.parse(process.argv[2] ?? "{}");
let accepted = 0;
process.on("SIGUSR2", () => process.stdout.write(`${accepted}\n`));
for (const port of ports) {
  const server = createServer((socket) => {
    accepted++;
    socket.on("error", () => {});
    socket.resume();
  });
  server.listen({ host: "::", port, backlog: 65_535 });
  await once(server, "listening");
}
process.stdout.write("ready\n");
