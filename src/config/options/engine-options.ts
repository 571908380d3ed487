import { closeStyles, engineNames, handshakeStyles } from "../../handshake/engine-config.ts";
import * as values from "../values.ts";
import { defaulted, optional, probing } from "./option.ts";

/** How a handshake is made. */
export const engineOptions = {
  engine: defaulted({
    env: "PINGO_ENGINE",
    argument: "ENGINE",
    meaning: "kernel (Linux alone; counts SYNs), portable, or auto: kernel where it works",
    fallback: "auto",
    commands: probing,
    parse: values.oneOf(engineNames),
  }),
  handshake: defaulted({
    env: "PINGO_HANDSHAKE",
    argument: "STYLE",
    meaning: "full, or half: SYN, SYN-ACK, RST; the far side's program sees nothing (kernel)",
    fallback: "full",
    commands: probing,
    parse: values.oneOf(handshakeStyles),
  }),
  close: defaulted({
    env: "PINGO_CLOSE",
    argument: "HOW",
    meaning: "how a full handshake is closed: fin, or rst (no TIME_WAIT; kernel)",
    fallback: "fin",
    commands: probing,
    parse: values.oneOf(closeStyles),
  }),
  source: optional({
    env: "PINGO_SOURCE",
    argument: "ADDRESS",
    meaning: "IP address of this machine that handshakes come from (kernel)",
    commands: probing,
    parse: values.sourceAddress,
  }),
  "source-port-range": optional({
    env: "PINGO_SOURCE_PORT_RANGE",
    argument: "A-B",
    meaning: "ports that handshakes come from, e.g. 40000-41999 (kernel, Linux 6.3)",
    commands: probing,
    parse: values.portRange,
  }),
  interface: optional({
    env: "PINGO_INTERFACE",
    argument: "NAME",
    meaning: "network interface that handshakes leave through (kernel)",
    commands: probing,
    parse: values.interfaceName,
  }),
  dscp: optional({
    env: "PINGO_DSCP",
    argument: "N",
    meaning: "differentiated services code point of handshakes, 0 to 63 (kernel)",
    commands: probing,
    parse: values.integer(0, 63),
  }),
} as const;
