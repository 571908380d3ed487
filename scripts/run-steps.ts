import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Steps that gate a change, each one command. They run under the pinned Node. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** It is killed after so long, and has failed. */
  readonly longestMs?: number;
  /** What to run to know more when it had to be killed. */
  readonly whereItHangs?: Step;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const seconds = (fromMs: number) => ((performance.now() - fromMs) / 1_000).toFixed(1);

/** How it failed, or undefined. Alone it writes where this program writes; beside others, when it has ended, at once. */
async function failureOf(step: Step, alone: boolean): Promise<string | undefined> {
  const { command, args, env, longestMs } = step;
  const child = spawn(command, args, {
    cwd: root,
    stdio: alone ? "inherit" : ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    ...(longestMs === undefined ? {} : { timeout: longestMs, killSignal: "SIGKILL" as const }),
  });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes: Buffer) => said.push(bytes));
  try {
    const [code, signal] = await once(child, "close");
    return code === 0 ? undefined : signal === null ? "" : `: ended by ${signal}`;
  } catch (error) {
    return `: ${(error as Error).message}`;
  } finally {
    process.stdout.write(Buffer.concat(said));
  }
}

async function passes(step: Step, alone: boolean): Promise<boolean> {
  const { name, whereItHangs } = step;
  const startMs = performance.now();
  console.log(`pingo: ${name} ...`);
  const failure = await failureOf(step, alone);
  if (failure === undefined) console.log(`pingo: ${name} passed in ${seconds(startMs)} s`);
  else console.log(`pingo: ${name} FAILED after ${seconds(startMs)} s${failure}`);
  if (failure?.endsWith("SIGKILL") && whereItHangs !== undefined) await passes(whereItHangs, true);
  return failure === undefined;
}

/** Runs groups of steps one after the other, those of a group side by side, and leaves with 1 after the first with a failure. */
export async function runSteps(groups: readonly (readonly Step[])[]): Promise<void> {
  for (const steps of groups) {
    const passed = await Promise.all(steps.map((step) => passes(step, steps.length === 1)));
    if (passed.includes(false)) process.exit(1);
  }
}
