import { choosesSource, type HandshakeStyle } from "../engine-config.ts";
import * as abi from "./constants.ts";
import { errnoName } from "./errno.ts";
import type { Libc } from "./libc.ts";
import { lengthOf, sockaddrLength } from "./sockaddr.ts";
import { SourceOptions } from "./source-options.ts";
import { SpareSockets } from "./spare-sockets.ts";
import { isEstablished, rttUs, synRetransmits, tcpInfoLength } from "./tcp-info.ts";

/** Events taken in one turn; more wait for the next. */
const maxEvents = 1_024;
/** struct epoll_event is packed on x86-64 alone (include/uapi/linux/eventpoll.h, EPOLL_PACKED). */
const eventLength = process.arch === "x64" ? 12 : 16;
const eventDataAt = process.arch === "x64" ? 4 : 8;

const EINTR = 4;
const EMFILE = 24;
const ENFILE = 23;
const EINPROGRESS = 115;
/** What stands for a slot in the event that wakes the loop for its orders. */
export const wakeSlot = -1;

/** Where things lie in the one buffer that all calls share. */
const at = {
  /** All zero is a struct sockaddr of AF_UNSPEC. */
  zero: 0,
  linger: 40,
  length: 48,
  value: 52,
  counter: 56,
  info: 64,
  event: 320,
  events: 384,
};

/** The system calls of handshakes, over one preallocated buffer and raw pointers into it: no call allocates. */
export class Sockets {
  /** Of the last look(): whether the connection is there, and what the kernel says of it; -1 for what it does not. */
  established = false;
  rttUs = -1;
  synRetransmits = -1;
  readonly #libc: Libc;
  readonly #style: HandshakeStyle;
  readonly #view: DataView;
  readonly #pointers: Record<keyof typeof at, number>;
  readonly #epoll: number;
  readonly wakeFd: number;
  /** Undefined where sockets are used once. */
  readonly #spares: SpareSockets | undefined;
  /** Undefined where the kernel chooses the source, so that nothing is spent on it. */
  readonly #source: SourceOptions | undefined;

  /** Throws where a source is wanted that cannot be had. */
  constructor(libc: Libc, style: HandshakeStyle) {
    const buffer = new ArrayBuffer(at.events + maxEvents * eventLength);
    this.#libc = libc;
    this.#style = style;
    if (choosesSource(style.source)) {
      this.#source = new SourceOptions(libc, style.source);
      this.#source.check();
    }
    this.#view = new DataView(buffer);
    const base = libc.address(buffer);
    this.#pointers = Object.fromEntries(Object.entries(at).map(([name, offset]) => [name, base + offset])) as Record<
      keyof typeof at,
      number
    >;
    // struct linger {1, 0}: close() sends RST and forgets.
    this.#view.setInt32(at.linger, 1, true);
    this.#testKernel();
    this.#epoll = this.#must("epoll_create1", libc.epoll_create1(abi.EPOLL_CLOEXEC));
    this.wakeFd = libc.eventfd(0, abi.EFD_NONBLOCK | abi.EFD_CLOEXEC);
    // Descriptors are the process's, not this thread's: what is not closed here stays for ever.
    if (this.wakeFd < 0) this.#fail("eventfd", [this.#epoll]);
    const watched = this.#watch(abi.EPOLL_CTL_ADD, this.wakeFd, abi.EPOLLIN, wakeSlot);
    if (watched < 0) this.#fail("epoll_ctl", [this.#epoll, this.wakeFd]);
    const resets = style.handshake === "half" || style.close === "rst";
    // A chosen source stays bound where the kernel's choice is given back by the disconnect.
    if (resets && this.#source === undefined) this.#spares = new SpareSockets();
  }

  /** Sends a SYN to the sockaddr at a pointer. Gives the descriptor, or the errno as a negative number. */
  connect(family: number, sockaddr: number, slot: number): number {
    const spare = this.#spares?.take(family) ?? -1;
    const fd = spare >= 0 ? spare : this.#open(family);
    if (fd < 0) return fd;
    if (this.#prepare(fd, spare >= 0) < 0) return this.#closeFailed(fd);
    if (this.#source?.apply(fd, family) !== undefined) return this.#closeFailed(fd);
    if (this.#libc.connect(fd, sockaddr, lengthOf(family)) < 0 && this.#libc.errno() !== EINPROGRESS) {
      return this.#closeFailed(fd);
    }
    const operation = spare >= 0 ? abi.EPOLL_CTL_MOD : abi.EPOLL_CTL_ADD;
    // Once is enough, and a spare one is to be left alone until its next turn.
    const watched = this.#watch(operation, fd, abi.EPOLLOUT | abi.EPOLLONESHOT, slot);
    // Its end would never be heard of.
    return watched < 0 ? this.#closeFailed(fd) : fd;
  }

  /** A new socket, or the errno as a negative number. */
  #open(family: number): number {
    const flags = abi.SOCK_STREAM | abi.SOCK_NONBLOCK | abi.SOCK_CLOEXEC;
    const fd = this.#libc.socket(family, flags, 0);
    if (fd >= 0) return fd;
    const errno = this.#libc.errno();
    // Spares of the other family, or of a moment with more in flight, may hold what is missing.
    if ((errno !== EMFILE && errno !== ENFILE) || !this.dropSpares()) return -errno;
    const again = this.#libc.socket(family, flags, 0);
    return again >= 0 ? again : -this.#libc.errno();
  }

  /** Waits up to `timeoutMs` for handshakes to end; gives their number. */
  wait(timeoutMs: number): number {
    const events = this.#libc.epoll_wait(this.#epoll, this.#pointers.events, maxEvents, timeoutMs);
    if (events >= 0) return events;
    // A signal; there will be another turn.
    if (this.#libc.errno() === EINTR) return 0;
    return this.#must("epoll_wait", events);
  }

  /** Whether the last wait may have left something behind. */
  isFull(events: number): boolean {
    return events === maxEvents;
  }

  /** The slot of one event of the last wait, or `wakeSlot`. */
  slotOf(event: number): number {
    return this.#view.getInt32(at.events + event * eventLength + eventDataAt, true);
  }

  /** Takes the wake-up back. */
  drainWake(): void {
    this.#libc.read(this.wakeFd, this.#pointers.counter, 8);
  }

  /** Reads what the kernel knows of a handshake, into the fields above. */
  look(fd: number): void {
    const { info, length } = this.#pointers;
    this.#view.setUint32(at.length, tcpInfoLength, true);
    const failed = this.#libc.getsockopt(fd, abi.IPPROTO_TCP, abi.TCP_INFO, info, length) < 0;
    const written = failed ? 0 : this.#view.getUint32(at.length, true);
    this.established = isEstablished(this.#view, at.info, written);
    this.rttUs = rttUs(this.#view, at.info, written);
    this.synRetransmits = synRetransmits(this.#view, at.info, written);
  }

  /** Why a handshake failed: its errno, taken from the socket. */
  error(fd: number): number {
    this.#view.setUint32(at.length, 4, true);
    const { value, length } = this.#pointers;
    const failed = this.#libc.getsockopt(fd, abi.SOL_SOCKET, abi.SO_ERROR, value, length) < 0;
    return failed ? this.#libc.errno() : this.#view.getInt32(at.value, true);
  }

  /** Waits on for what was not decided yet. Gives 0, or the errno. */
  rearm(fd: number, slot: number): number {
    return this.#watch(abi.EPOLL_CTL_MOD, fd, abi.EPOLLOUT | abi.EPOLLONESHOT, slot) < 0 ? this.#libc.errno() : 0;
  }

  close(fd: number): void {
    this.#libc.close(fd);
  }

  /**
   * Ends a connection that was made without a retransmission. Where it ends with RST its socket serves again: connect
   * to AF_UNSPEC does what close() does under SO_LINGER {1, 0}, which is tcp_disconnect (net/ipv4/tcp.c), and what
   * making and freeing a socket costs is saved. Of what is read here, tcp_disconnect leaves nothing behind but, before
   * Linux 5.6, the count of retransmissions: hence only those that had none. It does leave the sequence number, from
   * which the next one to the same host follows; no data is sent that it would protect.
   */
  release(fd: number, family: number): void {
    const spares = this.#spares;
    const isSpare = spares?.hasRoom(family) === true && this.#disconnect(fd);
    if (isSpare) spares.put(fd, family);
    else this.#libc.close(fd);
  }

  #disconnect(fd: number): boolean {
    return this.#libc.connect(fd, this.#pointers.zero, sockaddrLength) === 0;
  }

  /** For quiet times, in which what is saved is not worth descriptors. False where there was none. */
  dropSpares(): boolean {
    let fd = this.#spares?.takeAny() ?? -1;
    const found = fd >= 0;
    for (; fd >= 0; fd = this.#spares?.takeAny() ?? -1) this.#libc.close(fd);
    return found;
  }

  /** Frees what the loop itself holds; `wakeFd` is the main thread's. */
  end(): void {
    this.dropSpares();
    this.#libc.close(this.#epoll);
  }

  /** The errno of the call before, negative; the socket is gone. */
  #closeFailed(fd: number): number {
    const errno = this.#libc.errno();
    this.#libc.close(fd);
    return -errno;
  }

  #fail(call: string, open: readonly number[]): never {
    const message = `${call}: ${errnoName(this.#libc.errno())}`;
    for (const fd of open) this.#libc.close(fd);
    throw new Error(message);
  }

  /** Throws where the kernel, or who filters its calls, does not tell or do what this engine is there for. */
  #testKernel(): void {
    const fd = this.#must("socket", this.#libc.socket(abi.AF_INET, abi.SOCK_STREAM | abi.SOCK_CLOEXEC, 0));
    this.look(fd);
    const prepared = this.#prepare(fd, false);
    const errno = prepared < 0 ? errnoName(this.#libc.errno()) : "";
    this.#libc.close(fd);
    if (this.synRetransmits < 0) throw new Error("getsockopt(TCP_INFO) tells too little");
    if (prepared < 0) throw new Error(`setsockopt(TCP_QUICKACK, SO_LINGER) is refused (${errno})`);
  }

  #must(call: string, result: number): number {
    if (result < 0) this.#fail(call, []);
    return result;
  }

  /**
   * Half open: without quick acks the kernel holds the third packet back (tcp(7), TCP_QUICKACK) for up to 200 ms
   * (TCP_DELACK_MAX, include/net/tcp.h), in which the RST takes its place: SYN, SYN-ACK, RST, and the far side's
   * accept() never sees it. A thread that is held up for longer loses that race. Negative where it is refused.
   */
  #prepare(fd: number, isSpare: boolean): number {
    const { handshake, close } = this.#style;
    const { zero, linger } = this.#pointers;
    // Forgotten at each disconnect, where SO_LINGER is not.
    const quick = handshake === "half" ? this.#libc.setsockopt(fd, abi.IPPROTO_TCP, abi.TCP_QUICKACK, zero, 4) : 0;
    if (quick < 0 || isSpare || (handshake === "full" && close === "fin")) return quick;
    return this.#libc.setsockopt(fd, abi.SOL_SOCKET, abi.SO_LINGER, linger, 8);
  }

  #watch(operation: number, fd: number, events: number, slot: number): number {
    this.#view.setUint32(at.event, events, true);
    this.#view.setInt32(at.event + eventDataAt, slot, true);
    return this.#libc.epoll_ctl(this.#epoll, operation, fd, this.#pointers.event);
  }
}
