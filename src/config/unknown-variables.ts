import type { Option } from "./options/option.ts";
import { optionNames, options } from "./options.ts";
import type { Environment } from "./settings.ts";
import { closest } from "./suggest.ts";

/**
 * Variables that Kubernetes puts into every pod for each Service of the namespace (docs, "Discovering services",
 * environment variables): a Service called pingo or pingo-something brings PINGO_SERVICE_HOST, PINGO_PORT and more.
 */
const serviceVariable =
  /^PINGO(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
/** This one by its value too: PINGO_PORT=8080 is what a person writes who wants PINGO_LISTEN. */
const servicePortVariable = /^PINGO(_[A-Z0-9_]+)?_PORT=(tcp|udp|sctp):\/\//;

function isServiceVariable(name: string, value: string): boolean {
  return serviceVariable.test(name) || servicePortVariable.test(`${name}=${value}`);
}

/** What is wrong with variables that only look like PinGo's. Their values are not shown: a token behind a mistyped name stays a token. */
export function unknownVariables(env: Environment): string[] {
  const known = optionNames.flatMap((name) => {
    const { env, envs = {} }: Option<unknown> = options[name];
    return [env, ...Object.values(envs)].filter((variable) => variable !== undefined);
  });
  return Object.entries(env)
    .filter(([name, value]) => name.startsWith("PINGO_") && !known.includes(name) && (value ?? "") !== "")
    .filter(([name, value]) => !isServiceVariable(name, value ?? ""))
    .map(([name]) => `${name} is set, but is no variable that PinGo knows${closest(name, known, "; did you mean ")}`);
}
