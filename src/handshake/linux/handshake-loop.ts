import { IndexHeap } from "../../schedule/index-heap.ts";
import { Schedule } from "../../schedule/schedule.ts";
import { msToUs } from "../../units.ts";
import { resultOfErrno } from "../network-errors.ts";
import { maxInFlightPerTarget, skipReasons } from "../probing.ts";
import { errnoName } from "./errno.ts";
import type { Libc } from "./libc.ts";
import { kind, type Order, resultIndex, threadDied, type WorkerSetUp } from "./protocol.ts";
import { Records } from "./records.ts";
import { Slots } from "./slots.ts";
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

interface ScheduledTarget {
  readonly address: Uint8Array;
  /** Slots in flight to it; more than one only where the timeout reaches the interval. */
  readonly slots: number[];
}

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
  readonly #targets: (ScheduledTarget | undefined)[] = [];
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
        this.#free(slot);
      }
      this.#sockets.end();
      this.#records.flush();
    }
  }

  /** Answers come before deadlines: after a hold-up, what had answered in time is not called late. */
  #turn(): void {
    let events = this.#sockets.wait(this.#waitMs());
    this.#takeEvents(events);
    while (this.#sockets.isFull(events)) {
      events = this.#sockets.wait(0);
      this.#takeEvents(events);
    }
    this.#passDeadlines();
    this.#beginDue();
    if (this.#records.count > 0 && this.#nowMs() >= this.#flushAtMs) this.#flush();
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
      else this.#ended(slot, seenMs, false);
    }
    // After all events of this turn: an order may free a slot and give it to another, whose turn has not come.
    if (!woken) return;
    this.#sockets.drainWake();
    this.#takeOrders();
  }

  /** One handshake of which the kernel says something, or whose deadline has come. */
  #ended(slot: number, seenMs: number, deadline: boolean): void {
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
    } else if (deadline) {
      this.#report(slot, resultIndex.timeout, 0, unknown, unknown, synSent);
    } else {
      // Neither there nor failed: the kernel will say more.
      return;
    }
    this.#free(slot);
  }

  /** A connection that is seen only after its deadline was there before it: this thread was held up. */
  #connectUs(slot: number, seenMs: number): number {
    if (seenMs > this.#deadlines.keyOf(slot)) return unknown;
    return msToUs(seenMs - (this.#slots.startedMs[slot] as number));
  }

  #passDeadlines(): void {
    const nowMs = this.#nowMs();
    while (this.#deadlines.firstKey <= nowMs) this.#ended(this.#deadlines.first, nowMs, true);
  }

  #beginDue(): void {
    const nowMs = this.#nowMs() + this.#epochMs;
    for (let id = this.#schedule.take(nowMs); id !== -1; id = this.#schedule.take(nowMs)) {
      const target = this.#targets[id];
      if (target === undefined) continue;
      const { dueMs, missed, start } = this.#schedule;
      if (missed > 0) this.#skip(id, "late", missed);
      if (!start) continue;
      if (this.#slots.inFlight >= this.#parts.setUp.maxInFlight) this.#skip(id, "capacity", 1);
      else if (target.slots.length >= this.#maxPerTarget) this.#skip(id, "overlap", 1);
      else
        this.#begin(
          kind.ofTarget,
          id,
          target.address,
          this.#parts.setUp.timeoutMs,
          dueMs - this.#epochMs,
          target.slots,
        );
    }
  }

  /** `slots` is where the slot of a handshake that got under way is put down. */
  #begin(
    whose: number,
    id: number,
    address: Uint8Array,
    timeoutMs: number,
    dueMs: number,
    slots: number[] | undefined,
  ): void {
    const slot = this.#slots.take();
    const startedMs = this.#nowMs();
    this.#slots.kind[slot] = whose;
    this.#slots.id[slot] = id;
    this.#slots.startedMs[slot] = startedMs;
    this.#slots.lagMs[slot] = startedMs - dueMs;
    const fd = this.#sockets.connect(address, slot);
    if (fd < 0) {
      // From connect itself, before a packet was sent: whatever the errno, it is this machine's own.
      this.#report(slot, resultIndex.local, -fd, unknown, unknown, 0);
      this.#slots.giveBack(slot);
      return;
    }
    this.#slots.fd[slot] = fd;
    this.#deadlines.set(slot, startedMs + timeoutMs);
    if (slots !== undefined) slots.push(slot);
    else this.#slotsOfRequests.set(id, slot);
  }

  #free(slot: number): void {
    const id = this.#slots.id[slot] as number;
    this.#deadlines.delete(slot);
    this.#sockets.close(this.#slots.fd[slot] as number);
    this.#slots.giveBack(slot);
    if (this.#slots.kind[slot] === kind.ofRequest) {
      this.#slotsOfRequests.delete(id);
      return;
    }
    const slots = this.#targets[id]?.slots;
    const index = slots?.indexOf(slot) ?? -1;
    if (index !== -1) slots?.splice(index, 1);
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

  #flush(): void {
    this.#records.flush();
    this.#flushAtMs = Number.POSITIVE_INFINITY;
    // What was handed over may have led to orders already; a look costs less than a wake-up.
    this.#takeOrders();
  }

  #takeOrders(): void {
    for (let order = this.#parts.nextOrder(); order !== undefined; order = this.#parts.nextOrder()) this.#obey(order);
  }

  #obey(order: Order): void {
    switch (order.order) {
      case "start":
        this.#begin(kind.ofRequest, order.id, order.address, order.timeoutMs, this.#nowMs(), undefined);
        return;
      case "give up": {
        const slot = this.#slotsOfRequests.get(order.id);
        if (slot !== undefined) this.#free(slot);
        return;
      }
      case "add":
        this.#targets[order.id] = { address: order.address, slots: [] };
        this.#schedule.add(order.id, order.fraction, this.#nowMs() + this.#epochMs);
        return;
      case "remove":
        this.#remove(order.id);
        return;
      case "stop":
        this.#stopped = true;
        return;
    }
  }

  #remove(id: number): void {
    this.#schedule.remove(id);
    for (const slot of [...(this.#targets[id]?.slots ?? [])]) this.#free(slot);
    this.#targets[id] = undefined;
    this.#expectFlush();
    this.#records.add(kind.removed, id, 0, 0, 0, 0, unknown, unknown, unknown);
  }
}
