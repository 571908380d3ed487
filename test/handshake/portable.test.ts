import { anySource } from "../../src/handshake/engine-config.ts";
import { engineContract } from "./contract.ts";

engineContract(
  "portable",
  { engine: "portable", handshake: "full", close: "fin", source: anySource },
  "a connection closed with FIN",
);
