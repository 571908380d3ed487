import { type Clock, sleep } from "../clock.ts";
import type { Done, Sandbox } from "./cluster.ts";

/** Who plays in one round: names of nodes, chosen anew each time so that trouble goes around. */
export type Cast = { stopping: string; dark: string; moving: string; leaving: string };

/** One thing that happens, `afterMs` after the one before. The sandbox announces what it does. */
export type Happening = { afterMs: number; do: (sandbox: Sandbox, cast: Cast) => Promise<Done> };

/**
 * A round of 75 s. The kubelet that stops is back before `demoNotReadyAfterMs`, so that its node stays Ready;
 * the node that goes dark turns NotReady. Every round ends as it began, one node exchanged for another.
 */
export const happenings: readonly Happening[] = [
  { afterMs: 6_000, do: (sandbox, cast) => sandbox.stopKubelet(cast.stopping) },
  { afterMs: 7_000, do: (sandbox, cast) => sandbox.returnNode(cast.stopping) },
  { afterMs: 5_000, do: (sandbox, cast) => sandbox.goDark(cast.dark) },
  { afterMs: 16_000, do: (sandbox, cast) => sandbox.returnNode(cast.dark) },
  { afterMs: 6_000, do: (sandbox) => sandbox.join() },
  { afterMs: 6_000, do: (sandbox, cast) => sandbox.changeAddress(cast.moving) },
  { afterMs: 7_000, do: (sandbox, cast) => sandbox.leave(cast.leaving) },
  { afterMs: 6_000, do: (sandbox) => sandbox.apiErrors(8_000) },
];

/** After the last happening of a round. */
const restMs = 16_000;

/** The `notReadyAfterMs` that the script is written for; the 40 s of a real cluster are long for people who watch. */
export const demoNotReadyAfterMs = 9_000;

export type ScriptOptions = {
  clock: Clock;
  signal: AbortSignal;
  /** Told what could not happen, for example because somebody has deleted the node. */
  announce: (line: string) => void;
  script?: readonly Happening[];
};

/** Plays the script round after round until `signal` is aborted. Never rejects for what happens in it. */
export async function playHappenings(sandbox: Sandbox, options: ScriptOptions): Promise<void> {
  const { clock, signal, announce, script = happenings } = options;
  for (let round = 0; !signal.aborted; round++) {
    const cast = castFor(sandbox.nodeNames(), round);
    for (const happening of script) {
      await sleep(clock, happening.afterMs, signal);
      if (signal.aborted) return;
      const result = await happening.do(sandbox, cast);
      if (!result.ok) announce(result.problem);
    }
    await sleep(clock, restMs, signal);
  }
}

/** Four nodes as far apart as they can be, the whole cast moving on by one node a round. */
export function castFor(names: readonly string[], round: number): Cast {
  const pick = (quarter: number) => names[(round + Math.floor((quarter * names.length) / 4)) % names.length] ?? "";
  return { dark: pick(0), stopping: pick(1), moving: pick(2), leaving: pick(3) };
}
