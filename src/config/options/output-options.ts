import { logFormats, logLevels } from "../../log.ts";
import * as values from "../values.ts";
import { defaulted, watching } from "./option.ts";

export const outputFormats = ["table", "wide", "json", "yaml", "name"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** What is written, and how. */
export const outputOptions = {
  watch: defaulted({
    meaning: "go on and tell what changes, a line each",
    fallback: "false",
    commands: ["targets"],
    parse: (text) => ({ value: text === "true" }),
  }),
  output: defaulted({
    short: "o",
    argument: "FORMAT",
    meaning: "table, wide (more columns), json, yaml or name (node/NAME)",
    fallback: "table",
    commands: ["check", "targets"],
    parse: values.oneOf(outputFormats),
  }),
  "log-format": defaulted({
    env: "PINGO_LOG_FORMAT",
    argument: "FORMAT",
    meaning: "text or json",
    fallback: "text",
    commands: watching,
    parse: values.oneOf(logFormats),
  }),
  "log-level": defaulted({
    env: "PINGO_LOG_LEVEL",
    argument: "LEVEL",
    meaning: "error, warn, info or debug",
    fallback: "info",
    commands: watching,
    parse: values.oneOf(logLevels),
  }),
} as const;
