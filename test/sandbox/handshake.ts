import { connect } from "node:net";
import type { Endpoint } from "../../src/sandbox/kubelet.ts";

/** What a client sees of an endpoint; `timeout` where nothing came for `timeoutMs`. The client closes at once. */
export function handshake({ address, port }: Endpoint, timeoutMs = 5_000): Promise<"ok" | "refused" | "timeout"> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    const end = (result: "ok" | "refused" | "timeout") => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end("timeout"), timeoutMs);
    socket.once("connect", () => end("ok"));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (error.code === "ECONNREFUSED") resolve("refused");
      else reject(error);
    });
  });
}
