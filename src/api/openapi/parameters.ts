import { defaultRows, maxRows } from "../parse-query.ts";
import { eventKinds, formats } from "../queries.ts";
import type { Schema } from "./schema.ts";

export interface Parameter {
  readonly name: string;
  readonly in: "query";
  readonly required: false;
  readonly description: string;
  readonly schema: Schema;
  readonly explode?: false;
}

function parameter(name: string, schema: Schema, description: string): Parameter {
  return { name, in: "query", required: false, description, schema };
}

const time: Schema = { type: "string" };
const name: Schema = { type: "string", maxLength: 256 };

export const timeParameters: readonly Parameter[] = [
  parameter(
    "from",
    time,
    "Where the range begins: RFC 3339 or milliseconds since 1970. Where it is not given, `range` before the end.",
  ),
  parameter("to", time, "Where it ends, as `from`; now where it is not given."),
  parameter("at", time, "The same as `to`, as addresses of the page have it."),
  parameter(
    "range",
    { type: "string", pattern: "^[1-9][0-9]{0,5}[mhd]$", default: "3h" },
    "How long it is: 15m, 3h, 7d; 31d at the most. With `from` and no `to`, it begins there.",
  ),
];

export const cluster = parameter("cluster", name, "Of this cluster alone. PinGo's own events are of none.");
export const zone = parameter(
  "zone",
  name,
  "Of this zone alone; given empty, of nodes without a zone. Events of APIs and of PinGo itself are in none.",
);
export const search = parameter("search", name, "A part of a node's name or address.");
export const nodes = parameter(
  "nodes",
  { type: "string", enum: ["sick", "all"], default: "sick" },
  "`sick`: nodes that are unreachable or degraded, had lost handshakes or the worst of anything in the range, or trouble so often that it is no chance.",
);
export const offset = parameter(
  "offset",
  { type: "integer", minimum: 0, maximum: 1_000_000, default: 0 },
  "How many rows to leave out.",
);
export const before = parameter("before", { type: "string" }, "`next` of an answer, to read on.");
export const key = (description: string) => parameter("key", { type: "string", maxLength: 1_024 }, description);
export const limit = (most: number) =>
  parameter(
    "limit",
    { type: "integer", minimum: 1, maximum: most, default: defaultRows },
    "How many rows at the most. As CSV, where nothing is said: all.",
  );
export const kinds: Parameter = {
  ...parameter(
    "kinds",
    { type: "array", items: { type: "string", enum: eventKinds } },
    "Of these kinds alone, with commas between.",
  ),
  explode: false,
};
export const format = parameter(
  "format",
  { type: "string", enum: formats, default: "json" },
  "`csv`: a line for each column of each row, or for each event or target, of all rows where no `limit` is given.",
);

export const most = maxRows;
