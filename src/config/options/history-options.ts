import { bytes } from "../parse-bytes.ts";
import { parseHeader } from "../parse-header.ts";
import { parseHistory } from "../parse-history.ts";
import * as values from "../values.ts";
import { defaulted, optional, watching } from "./option.ts";
import { dayMs, hourMs } from "./times.ts";

/** Where history is kept, and how much. */
export const historyOptions = {
  history: defaulted({
    env: "PINGO_HISTORY",
    argument: "FILE",
    meaning: "where history is kept: a file, memory, none, or prometheus=URL to read it there",
    fallback: "memory",
    commands: watching,
    parse: parseHistory,
  }),
  "history-token-file": optional({
    env: "PINGO_HISTORY_TOKEN_FILE",
    argument: "FILE",
    meaning: "file with the bearer token for --history prometheus=URL; read again each time",
    commands: watching,
    parse: values.anyText,
  }),
  "history-header": optional({
    env: "PINGO_HISTORY_HEADER",
    argument: "NAME=VALUE",
    meaning: "header for --history prometheus=URL, e.g. X-Scope-OrgID=team-a; can be repeated",
    repeats: true,
    commands: watching,
    parse: values.list(parseHeader),
  }),
  "history-retention": defaulted({
    env: "PINGO_HISTORY_RETENTION",
    argument: "TIME",
    meaning: "how long history is kept, e.g. 12h or 30d",
    fallback: "30d",
    commands: watching,
    parse: values.duration(hourMs, 400 * dayMs),
  }),
  "history-max-size": optional({
    env: "PINGO_HISTORY_MAX_SIZE",
    argument: "SIZE",
    meaning: "as large as it may become (default: 2GB in a file, 64MB in memory)",
    commands: watching,
    parse: bytes(8e6, 1e13),
  }),
} as const;
