import * as values from "../values.ts";
import { defaulted, mocking } from "./option.ts";

/** The sandbox of `pingo sandbox` and `pingo demo`. */
export const sandboxOptions = {
  nodes: defaulted({
    argument: "N",
    meaning: "nodes in the sandbox",
    fallback: "12",
    commands: mocking,
    parse: values.integer(1, 5_000),
  }),
  "api-port": defaulted({
    argument: "PORT",
    meaning: "port of the sandbox's API on 127.0.0.1 (0: any free one)",
    fallback: "0",
    commands: mocking,
    parse: values.integer(0, 65_535),
  }),
  "write-kubeconfig": defaulted({
    argument: "FILE",
    meaning: "where the sandbox's kubeconfig is written",
    fallback: "pingo-sandbox.kubeconfig",
    fallbacks: { demo: "pingo-demo.kubeconfig" },
    commands: mocking,
    parse: values.anyText,
  }),
  happenings: defaulted({
    meaning: "let things go wrong in the sandbox by themselves, as in the demo",
    fallback: "false",
    commands: ["sandbox"],
    parse: (text) => ({ value: text === "true" }),
  }),
} as const;
