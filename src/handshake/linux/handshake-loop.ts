import { resultIndex } from "../../outcome.ts";
import { IndexHeap } from "../../schedule/index-heap.ts";
import { Schedule } from "../../schedule/schedule.ts";
import { msToUs } from "../../units.ts";
import { Exhaustion } from "../exhaustion.ts";
import { resultOfErrno } from "../network-errors.ts";
import { maxInFlightPerTarget, skipReasons } from "../probing.ts";
import { errnoName } from "./errno.ts";
import type { Libc } from "./libc.ts";
import { type AddedTargets, kind, type Order, threadDied, type WorkerSetUp } from "./protocol.ts";
import { Records } from "./records.ts";
import { Slots } from "./slots.ts";
import { sockaddrLength } from "./sockaddr.ts";
import { Sockaddrs } from "./sockaddrs.ts";
import { Sockets, wakeSlot } from "./sockets.ts";

export interface LoopParts {
  readonly libc: Libc;
  readonly setUp: WorkerSetUp;
  /** The next order, or undefined where none waits. */
  readonly nextOrder: () => Order | undefined;
  readonly post: (records: Float64Array) => void;
}

/** The loop looks up at least this often, so that a process that wants to end is not held for longer. */
const maxWaitMs = 250;
/** Records wait for company no longer than this. */
const flushMs = 5;
const unknown = -1;
/** Stands for no slot. */
const none = -1;

/**
 * Makes handshakes on a thread of its own: its own schedule, its own clock, and the kernel's figures, so that nothing
 * the main thread does can delay a handshake or bend its result. Runs as one long call; in between it looks for
 * orders. A handshake takes a slot in columns of numbers, and no turn allocates.
 */
export class HandshakeLoop {
  readonly #parts: LoopParts;
  readonly #sockets: Sockets;
  readonly #slots = new Slots();
  readonly #deadlines = new IndexHeap(256);
  readonly #records: Records;
  readonly #schedule: Schedule;
  /** By target's id. */
  readonly #targetAddresses: Sockaddrs;
  /** Slots in flight to each target: the first, from which the others follow; -1 where there is none. */
  readonly #inFlightTo: number[] = [];
  /** By slot; of requests alone. */
  readonly #requestAddresses: Sockaddrs;
  readonly #exhaustion = new Exhaustion();
  readonly #slotsOfRequests = new Map<number, number>();
  readonly #originMs: number;
  readonly #epochMs: number;
  readonly #maxPerTarget: number;
  #flushAtMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(parts: LoopParts) {
    const { libc, setUp, post } = parts;
    this.#parts = parts;
    this.#sockets = new Sockets(libc, setUp.style);
    this.#targetAddresses = new Sockaddrs(libc);
    this.#requestAddresses = new Sockaddrs(libc);
    this.#records = new Records(post);
    this.#schedule = new Schedule(setUp.intervalMs);
    this.#originMs = performance.timeOrigin - setUp.timeOriginMs;
    this.#epochMs = Date.now() - this.#nowMs();
    this.#maxPerTarget = maxInFlightPerTarget(setUp);
  }

  get wakeFd(): number {
    return this.#sockets.wakeFd;
  }

  /**
   * Turns until the order to stop. Where it fails instead, what is in flight ends as this machine's own. Descriptors
   * belong to the process and not to this thread: whatever JavaScript can end, leaves none behind.
   */
  run(): void {
    let failed = true;
    try {
      while (!this.#stopped) this.#turn();
      failed = false;
    } finally {
      for (let slot = 0; slot < this.#slots.fd.length; slot++) {
        if (!this.#deadlines.has(slot)) continue;
        if (failed) this.#report(slot, resultIndex.local, threadDied, unknown, unknown, unknown);
        this.#free(slot, "close");
      }
      this.#sockets.end();
      this.#records.flush();
    }
  }

  /** Answers come before deadlines: after a hold-up, what had answered in time is not called late. */
  #turn(): void {
    const waitMs = this.#waitMs();
    let events = this.#sockets.wait(waitMs);
    const isQuiet = events === 0 && waitMs >= maxWaitMs;
    if (isQuiet) this.#sockets.dropSpares();
    this.#takeEvents(events);
    while (this.#sockets.isFull(events)) {
      events = this.#sockets.wait(0);
      this.#takeEvents(events);
    }
    this.#passDeadlines();
    this.#beginDue();
    if (this.#records.count > 0 && this.#nowMs() >= this.#flushAtMs) this.#records.flush();
    // What was handed over may have led to orders already; a look costs less than a wake-up.
    if (this.#records.takeHandedOver()) this.#takeOrders();
  }

  /** On the main thread's clock. */
  #nowMs(): number {
    return performance.now() + this.#originMs;
  }

  #waitMs(): number {
    const nowMs = this.#nowMs();
    const dueMs = this.#schedule.nextDueMs - this.#epochMs;
    const flushAtMs = this.#records.count > 0 ? this.#flushAtMs : Number.POSITIVE_INFINITY;
    const nextMs = Math.min(dueMs, this.#deadlines.firstKey, flushAtMs, nowMs + maxWaitMs);
    return Math.max(0, Math.ceil(nextMs - nowMs));
  }

  #takeEvents(events: number): void {
    let woken = false;
    // The moment at which this thread learnt of them; what it does with one must not make the next look slower.
    const seenMs = this.#nowMs();
    for (let event = 0; event < events; event++) {
      const slot = this.#sockets.slotOf(event);
      if (slot === wakeSlot) woken = true;
      else this.#ended(slot, seenMs, "event");
    }
    // After all events of this turn: an order may free a slot and give it to another, whose turn has not come.
    if (!woken) return;
    this.#sockets.drainWake();
    this.#takeOrders();
  }

  /** One handshake of which the kernel says something, or whose deadline has come. */
  #ended(slot: number, seenMs: number, by: "event" | "deadline"): void {
    // An event may outlive its socket for a moment, while a child process is being started.
    if (!this.#deadlines.has(slot)) return;
    const fd = this.#slots.fd[slot] as number;
    this.#sockets.look(fd);
    const { established, rttUs, synRetransmits } = this.#sockets;
    const synSent = synRetransmits === unknown ? unknown : synRetransmits + 1;
    const errno = established ? 0 : this.#sockets.error(fd);
    if (established) {
      // After a retransmission tcpi_rtt is the timer's, not the path's (RFC 6298, section 3: Karn's algorithm).
      const rtt = synRetransmits === 0 ? rttUs : unknown;
      this.#report(slot, resultIndex.ok, 0, this.#connectUs(slot, seenMs), rtt, synSent);
    } else if (errno !== 0) {
      this.#report(slot, resultIndex[resultOfErrno(errnoName(errno))], errno, unknown, unknown, synSent);
    } else if (by === "deadline") {
      this.#report(slot, resultIndex.timeout, 0, unknown, unknown, synSent);
    } else {
      // Neither there nor failed: the kernel will say more.
      const failed = this.#sockets.rearm(fd, slot);
      if (failed === 0) return;
      this.#report(slot, resultIndex.local, failed, unknown, unknown, synSent);
    }
    this.#free(slot, established && synRetransmits === 0 ? "keep" : "close");
  }

  /** A connection that is seen only after its deadline was there before it: this thread was held up. */
  #connectUs(slot: number, seenMs: number): number {
    if (seenMs > this.#deadlines.keyOf(slot)) return unknown;
    return msToUs(seenMs - (this.#slots.startedMs[slot] as number));
  }

  #passDeadlines(): void {
    const nowMs = this.#nowMs();
    while (this.#deadlines.firstKey <= nowMs) this.#ended(this.#deadlines.first, nowMs, "deadline");
  }

  #beginDue(): void {
    const nowMs = this.#nowMs() + this.#epochMs;
    for (let id = this.#schedule.take(nowMs); id !== -1; id = this.#schedule.take(nowMs)) {
      const { dueMs, missed, start } = this.#schedule;
      if (missed > 0) this.#skip(id, "late", missed);
      if (!start) continue;
      const isFull = this.#slots.inFlight >= this.#parts.setUp.maxInFlight;
      if (isFull || this.#exhaustion.holdsBack(this.#nowMs())) this.#skip(id, "capacity", 1);
      else if (this.#overlaps(id)) this.#skip(id, "overlap", 1);
      else this.#beginRound(id, dueMs - this.#epochMs);
    }
  }

  /** More than one in flight only where the timeout reaches the interval. */
  #overlaps(id: number): boolean {
    let count = 0;
    for (let slot = this.#inFlightTo[id] as number; slot !== none; slot = this.#slots.next[slot] as number) count++;
    return count >= this.#maxPerTarget;
  }

  #beginRound(id: number, dueMs: number): void {
    const slot = this.#take(kind.ofTarget, id, dueMs);
    const addresses = this.#targetAddresses;
    if (!this.#connect(slot, addresses.family(id), addresses.pointer(id), this.#parts.setUp.timeoutMs)) return;
    this.#slots.next[slot] = this.#inFlightTo[id] as number;
    this.#inFlightTo[id] = slot;
  }

  #beginRequest(id: number, address: Uint8Array, timeoutMs: number): void {
    const slot = this.#take(kind.ofRequest, id, this.#nowMs());
    const addresses = this.#requestAddresses;
    addresses.set(slot, address);
    if (this.#connect(slot, addresses.family(slot), addresses.pointer(slot), timeoutMs)) {
      this.#slotsOfRequests.set(id, slot);
    }
  }

  #take(whose: number, id: number, dueMs: number): number {
    const slot = this.#slots.take();
    const startedMs = this.#nowMs();
    this.#slots.kind[slot] = whose;
    this.#slots.id[slot] = id;
    this.#slots.startedMs[slot] = startedMs;
    this.#slots.lagMs[slot] = startedMs - dueMs;
    return slot;
  }

  /** Whether a handshake got under way; where it did not, that is reported and its slot is free again. */
  #connect(slot: number, family: number, sockaddr: number, timeoutMs: number): boolean {
    const fd = this.#sockets.connect(family, sockaddr, slot);
    if (fd < 0) {
      // From connect itself, before a packet was sent: whatever the errno, it is this machine's own.
      this.#report(slot, resultIndex.local, -fd, unknown, unknown, 0);
      this.#exhaustion.started(errnoName(-fd), this.#nowMs());
      this.#slots.giveBack(slot);
      return false;
    }
    this.#exhaustion.started(undefined, 0);
    this.#slots.fd[slot] = fd;
    this.#slots.family[slot] = family;
    this.#deadlines.set(slot, (this.#slots.startedMs[slot] as number) + timeoutMs);
    return true;
  }

  /** `fate`: whether its socket can make another handshake. */
  #free(slot: number, fate: "close" | "keep"): void {
    const id = this.#slots.id[slot] as number;
    const fd = this.#slots.fd[slot] as number;
    this.#deadlines.delete(slot);
    if (fate === "keep") this.#sockets.release(fd, this.#slots.family[slot] as number);
    else this.#sockets.close(fd);
    if (this.#slots.kind[slot] === kind.ofRequest) this.#slotsOfRequests.delete(id);
    else this.#unlink(id, slot);
    this.#slots.giveBack(slot);
  }

  #unlink(id: number, slot: number): void {
    const { next } = this.#slots;
    let before = this.#inFlightTo[id] as number;
    if (before === slot) {
      this.#inFlightTo[id] = next[slot] as number;
      return;
    }
    while (before !== none && next[before] !== slot) before = next[before] as number;
    if (before !== none) next[before] = next[slot] as number;
  }

  #report(slot: number, result: number, errno: number, connectUs: number, rttUs: number, synSent: number): void {
    const { kind: kinds, id, startedMs, lagMs } = this.#slots;
    this.#expectFlush();
    // Somebody waits for a single handshake.
    if (kinds[slot] === kind.ofRequest) this.#flushAtMs = 0;
    this.#records.add(
      kinds[slot] as number,
      id[slot] as number,
      result,
      errno,
      startedMs[slot] as number,
      lagMs[slot] as number,
      connectUs,
      rttUs,
      synSent,
    );
  }

  #skip(id: number, reason: (typeof skipReasons)[number], rounds: number): void {
    this.#expectFlush();
    this.#records.add(kind.skipped, id, skipReasons.indexOf(reason), rounds, 0, 0, unknown, unknown, unknown);
  }

  #expectFlush(): void {
    if (this.#records.count === 0) this.#flushAtMs = this.#nowMs() + flushMs;
  }

  #takeOrders(): void {
    for (let order = this.#parts.nextOrder(); order !== undefined; order = this.#parts.nextOrder()) this.#obey(order);
  }

  #obey(order: Order): void {
    switch (order.order) {
      case "start":
        this.#beginRequest(order.id, order.address, order.timeoutMs);
        return;
      case "give up": {
        const slot = this.#slotsOfRequests.get(order.id);
        if (slot !== undefined) this.#free(slot, "close");
        return;
      }
      case "add":
        this.#add(order);
        return;
      case "remove":
        this.#remove(order.id);
        return;
      case "stop":
        this.#stopped = true;
        return;
    }
  }

  #add({ ids, addresses, fractions }: AddedTargets): void {
    const nowMs = this.#nowMs() + this.#epochMs;
    for (const [index, id] of ids.entries()) {
      const at = index * sockaddrLength;
      this.#targetAddresses.set(id, addresses.subarray(at, at + sockaddrLength));
      this.#inFlightTo[id] = none;
      this.#schedule.add(id, fractions[index] as number, nowMs);
    }
  }

  #remove(id: number): void {
    this.#schedule.remove(id);
    while (this.#inFlightTo[id] !== none) this.#free(this.#inFlightTo[id] as number, "close");
    this.#expectFlush();
    this.#records.add(kind.removed, id, 0, 0, 0, 0, unknown, unknown, unknown);
  }
}
