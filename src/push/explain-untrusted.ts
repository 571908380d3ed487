import { readFileSync } from "node:fs";
import { unknownAuthority } from "../unknown-authority.ts";

/** Where the exporter looks for an authority, the first that is set (OpenTelemetry protocol exporter, "Configuration options"). */
const variables = ["OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"] as const;

/**
 * Why the receiver's certificate is not taken and what to set, where nobody trusted has signed it; undefined of every other
 * failure. Node's own hint is of Node's flags, which a user of PinGo does not set. The exporter passes over a file that it
 * cannot read without a word. What a variable holds is not shown: it may be something else by mistake.
 */
export function explainUntrusted(code: unknown, env: NodeJS.ProcessEnv): string | undefined {
  if (typeof code !== "string" || !unknownAuthority.has(code)) return undefined;
  const variable = variables.find((name) => (env[name] ?? "").trim() !== "");
  if (variable === undefined) {
    return `its certificate is of an authority that is not known here (${code}): let ${variables[1]} name a file with it, in PEM`;
  }
  const unread = readProblem(env[variable] ?? "");
  if (unread !== undefined) return `${variable} names a file that cannot be read (${unread})`;
  return `its certificate is not of the authority in the file that ${variable} names (${code})`;
}

/** The code of what keeps a file from being read. */
function readProblem(path: string): string | undefined {
  try {
    readFileSync(path);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
