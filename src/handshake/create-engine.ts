import type { Clock } from "../clock.ts";
import { type Log, oneLine } from "../log.ts";
import type { HandshakeEngine } from "./engine.ts";
import { type EngineConfig, needsKernel } from "./engine-config.ts";
import { PortableEngine } from "./portable.ts";
import { Prober } from "./prober.ts";
import type { Probing, ProbingOptions } from "./probing.ts";

export interface EngineOptions {
  readonly config: EngineConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** Told each time an engine's thread died and another one took its place. */
  readonly restarted: () => void;
  /** Of the kernel engine's thread; a test brings one that does not start. */
  readonly entry?: URL;
}

/** An engine and what probes with it: on the kernel engine they are one. */
export interface ProbingEngine {
  readonly engine: HandshakeEngine;
  readonly probing: Probing;
}

/** The engine that is wanted, for single handshakes. Rejects, with the reason, where this system cannot. */
export async function createEngine(options: EngineOptions): Promise<HandshakeEngine> {
  return (await createKernel(options, undefined)) ?? new PortableEngine(options.clock);
}

/** The engine that is wanted, with its schedule. Rejects, with the reason, where this system cannot. */
export async function createProbing(options: EngineOptions, probing: ProbingOptions): Promise<ProbingEngine> {
  const kernel = await createKernel(options, probing);
  if (kernel !== undefined) return { engine: kernel, probing: kernel };
  const engine = new PortableEngine(options.clock);
  return { engine, probing: new Prober({ ...probing, engine, clock: options.clock }) };
}

/** Undefined where the portable one is wanted, or is all there is. */
async function createKernel({ config, log, restarted, entry }: EngineOptions, probing: ProbingOptions | undefined) {
  if (config.engine === "portable") return undefined;
  try {
    const here = `${process.platform} ${process.arch}`;
    if (!["linux x64", "linux arm64"].includes(here))
      throw new Error(`it needs Linux on x64 or arm64; this is ${here}`);
    const { KernelEngine } = await import("./linux/kernel-engine.ts");
    return await KernelEngine.create({ style: config, log, restarted, probing, ...(entry && { entry }) });
  } catch (error) {
    const message = oneLine((error as Error).message);
    // What is wrong with a flag is not the engine's.
    if (needsKernel(config)) {
      throw new Error(message.startsWith("--") ? message : `the kernel engine does not work here: ${message}`);
    }
    log.info(`the kernel engine does not work here, the portable one does: no SYNs, no RTT (${message})`);
    return undefined;
  }
}
