import { systemClock } from "../../src/clock.ts";
import { PortableEngine } from "../../src/handshake/portable.ts";
import { engineContract } from "./contract.ts";

engineContract("portable", () => new PortableEngine(systemClock), "a connection closed with FIN");
