import type { Socket } from "node:net";
import type { RefusalReason } from "./refusal.ts";

/** What is known of a connection. */
interface Connection {
  readonly socket: Socket;
  /** Whose it is: the address at the other end. */
  readonly peer: string;
  /** Since when it has had no request that is being answered, in milliseconds on the monotonic clock. */
  idleSinceMs: number;
  /** Requests that are being answered, or wait for those before them. */
  answering: number;
}

/** Requests of a connection that wait for an answer. Who sends one after another without waiting rarely has two. */
const maxUnanswered = 4;

/** Why a connection went. */
export type GuardReason = Extract<RefusalReason, "evicted" | "full">;

/**
 * Keeps the number of connections below a limit without shutting anybody out: to make room for a new one, the one that
 * has been idle for longest goes, of whoever has the most. Where every connection is in the middle of an answer, the new
 * one goes.
 */
export class ConnectionGuard {
  readonly #max: number;
  readonly #nowMs: () => number;
  readonly #refused: (reason: GuardReason) => void;
  readonly #connections = new Map<Socket, Connection>();
  readonly #secured = new WeakMap<Socket, Connection>();

  constructor(max: number, nowMs: () => number, refused: (reason: GuardReason) => void) {
    this.#max = max;
    this.#nowMs = nowMs;
    this.#refused = refused;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Takes a connection in, at another's cost where it has to be. */
  opened(socket: Socket): void {
    const peer = socket.remoteAddress ?? "";
    this.#connections.set(socket, { socket, peer, idleSinceMs: this.#nowMs(), answering: 0 });
    socket.once("close", () => this.#connections.delete(socket));
    if (this.#connections.size <= this.#max) return;
    const victim = this.#longestIdle(socket);
    this.#refused(victim === undefined ? "full" : "evicted");
    const loser = victim?.socket ?? socket;
    this.#connections.delete(loser);
    loser.destroy();
  }

  /** What came of a connection when it was encrypted stands for it from here on. */
  secured(socket: Socket): void {
    for (const connection of this.#connections.values()) {
      const { remotePort, remoteAddress } = connection.socket;
      if (remotePort === socket.remotePort && remoteAddress === socket.remoteAddress)
        this.#secured.set(socket, connection);
    }
  }

  /**
   * A request has come whole; to be called with the socket it came on. False where that has too many already that nobody
   * has read the answer of: each takes memory, and a packet has room for a hundred.
   */
  answering(socket: Socket): boolean {
    const connection = this.#of(socket);
    if (connection === undefined) return !socket.destroyed;
    if (connection.answering >= maxUnanswered) return false;
    connection.answering++;
    return true;
  }

  answered(socket: Socket): void {
    const connection = this.#of(socket);
    if (connection === undefined) return;
    connection.answering--;
    connection.idleSinceMs = this.#nowMs();
  }

  /** Also those that were encrypted no further than half. */
  closeAll(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  #of(socket: Socket): Connection | undefined {
    return this.#connections.get(socket) ?? this.#secured.get(socket);
  }

  #longestIdle(newcomer: Socket): Connection | undefined {
    const others = [...this.#connections.values()].filter(({ socket }) => socket !== newcomer);
    const idle = others.filter(({ answering }) => answering === 0);
    const perPeer = new Map<string, number>();
    for (const { peer } of this.#connections.values()) perPeer.set(peer, (perPeer.get(peer) ?? 0) + 1);
    const most = Math.max(...idle.map(({ peer }) => perPeer.get(peer) ?? 0));
    return idle
      .filter(({ peer }) => perPeer.get(peer) === most)
      .reduce<Connection | undefined>(
        (oldest, next) => (oldest === undefined || next.idleSinceMs < oldest.idleSinceMs ? next : oldest),
        undefined,
      );
  }
}
