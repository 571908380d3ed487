import { anySource } from "../../src/handshake/engine-config.ts";
import { engineContract } from "./contract.ts";

const kernel = { engine: "kernel", source: anySource } as const;

engineContract("kernel, full, FIN", { ...kernel, handshake: "full", close: "fin" }, "a connection closed with FIN");
engineContract("kernel, full, RST", { ...kernel, handshake: "full", close: "rst" }, "a connection closed with RST");
engineContract("kernel, half open", { ...kernel, handshake: "half", close: "rst" }, "nothing");
