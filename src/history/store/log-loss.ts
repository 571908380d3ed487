import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** What a write-ahead log holds that nobody will read any more: its frames behind one that is damaged. */
export interface LogLoss {
  /** Pages that had been committed, and their size. */
  readonly frames: number;
  readonly bytes: number;
  /** What is damaged. */
  readonly why: string;
  /** All that the log held had gone over into the file: nothing is lost without the log, and what is left of it is older than the file. */
  readonly isInFile: boolean;
}

/** The log's own header, and that before each page in it (https://www.sqlite.org/fileformat2.html#walformat). */
const header = { length: 32, pageSize: 8, salts: 16, summed: 24, sums: 24 } as const;
const frameHeader = { length: 24, pageNumber: 0, pagesAfterCommit: 4, salts: 8, summed: 8, sums: 16 } as const;
/** The last bit tells in which order of bytes words are summed. */
const magic = 0x377f0682;
const saltsLength = 8;

/** Two running sums of 32 bits: each covers all that came before in the log. */
type Sums = readonly [number, number];

/**
 * What SQLite will leave out of a history's log as it opens its file, without a word: it ends a log where a checksum is
 * wrong, as the write that a crash cut short is told by that. Such a frame is the last. Where others follow that were
 * written after it, it was whole once, and they are lost with it. Undefined where nothing is lost, or there is no log.
 * `filePageSize`: of the file at `path`, for a log that cannot say it.
 */
export function lossInLog(path: string, filePageSize: number): LogLoss | undefined {
  const fds: number[] = [];
  const open = (name: string) => {
    const fd = openSync(name, "r");
    fds.push(fd);
    return fd;
  };
  try {
    if (!statSync(`${path}-wal`).isFile()) return undefined;
    return new LogReading(open(`${path}-wal`), open(path), filePageSize).loss();
  } catch (error) {
    // What cannot be read, SQLite will say. A fault of the reader's own is none of the disk's.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return undefined;
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

class LogReading {
  readonly #fd: number;
  readonly #fileFd: number;
  readonly #frames: number;
  readonly #isHeaderSound: boolean;
  /** Whether words are summed the least byte first; both are tried where the header does not say. */
  readonly #orders: readonly boolean[];
  /** One frame: a log may be larger than what memory there is. */
  readonly #frame: Buffer;
  /** Those of the frames that count: what is left of a log that was begun anew has others. */
  #salts: Buffer | undefined;
  /** As they stand before the next frame. */
  #sums: Sums;
  /** The page of each frame; less than 0 where it is damaged, or of another log. */
  readonly #pages: number[] = [];

  constructor(fd: number, fileFd: number, filePageSize: number) {
    this.#fd = fd;
    this.#fileFd = fileFd;
    const head = Buffer.alloc(header.length);
    const isWhole = readSync(fd, head, 0, head.length, 0) === head.length;
    const isLittleEndian = (head.readUInt32BE(0) & 1) === 0;
    this.#sums = sumsAt(head, header.sums);
    const summed = sumOf(head, 0, header.summed, [0, 0], isLittleEndian);
    this.#isHeaderSound = isWhole && head.readUInt32BE(0) >>> 1 === magic >>> 1 && isSame(summed, this.#sums);
    this.#orders = this.#isHeaderSound ? [isLittleEndian] : [true, false];
    if (this.#isHeaderSound) this.#salts = head.subarray(header.salts, header.salts + saltsLength);
    const pageSize = this.#isHeaderSound ? head.readUInt32BE(header.pageSize) : filePageSize;
    this.#frame = Buffer.alloc(frameHeader.length + pageSize);
    this.#frames = Math.floor((fstatSync(fd).size - header.length) / this.#frame.length);
  }

  loss(): LogLoss | undefined {
    // Up to where SQLite reads, and up to where there was something to read.
    let [readable, written] = [0, 0];
    let damagedAt = this.#isHeaderSound ? undefined : -1;
    let maybeWritten = 0;
    for (let index = 0; index < this.#frames && this.#read(index); index++) {
      const isSound = this.#isSound();
      const isCommit = this.#frame.readUInt32BE(frameHeader.pagesAfterCommit) !== 0;
      if (!isSound) damagedAt ??= index;
      // One that is damaged was whole once if any came after it.
      if (isCommit && this.#isOfThisLog()) maybeWritten = index + 1;
      if (isSound && damagedAt !== undefined) written = maybeWritten;
      if (isSound && damagedAt === undefined && isCommit) readable = index + 1;
      this.#pages.push(isSound ? this.#page() : -this.#page());
      this.#sums = sumsAt(this.#frame, frameHeader.sums);
    }
    if (damagedAt === undefined || written <= readable) return undefined;
    const frames = written - readable;
    const why = damagedAt === -1 ? "its header is damaged" : `frame ${damagedAt + 1} of ${written} is damaged`;
    return { frames, bytes: frames * this.#pageSize, why, isInFile: this.#isInFile(written) };
  }

  /** Whether of each page the file has what the first `written` frames say last. One in a damaged frame tells nothing. */
  #isInFile(written: number): boolean {
    const last = new Map<number, number>();
    for (const [index, page] of this.#pages.slice(0, written).entries()) {
      if (page > 0) last.set(page, index);
      else last.delete(-page);
    }
    const inFile = Buffer.alloc(this.#pageSize);
    return [...last].every(([page, index]) => {
      const length = readSync(this.#fileFd, inFile, 0, inFile.length, (page - 1) * inFile.length);
      return length === inFile.length && this.#read(index) && this.#frame.subarray(frameHeader.length).equals(inFile);
    });
  }

  get #pageSize(): number {
    return this.#frame.length - frameHeader.length;
  }

  #page(): number {
    return this.#frame.readUInt32BE(frameHeader.pageNumber);
  }

  #read(index: number): boolean {
    const { length } = this.#frame;
    return readSync(this.#fd, this.#frame, 0, length, header.length + index * length) === length;
  }

  #isOfThisLog(): boolean {
    return this.#salts?.equals(saltsOf(this.#frame)) ?? false;
  }

  /** By the sums that its predecessor says to have had: so one that is damaged does not make all after it look so. */
  #isSound(): boolean {
    if (this.#salts !== undefined && !this.#isOfThisLog()) return false;
    if (this.#page() === 0) return false;
    const stored = sumsAt(this.#frame, frameHeader.sums);
    const isSound = this.#orders.some((isLittleEndian) => isSame(this.#sumOfFrame(isLittleEndian), stored));
    if (isSound) this.#salts ??= Buffer.from(saltsOf(this.#frame));
    return isSound;
  }

  #sumOfFrame(isLittleEndian: boolean): Sums {
    const head = sumOf(this.#frame, 0, frameHeader.summed, this.#sums, isLittleEndian);
    return sumOf(this.#frame, frameHeader.length, this.#frame.length, head, isLittleEndian);
  }
}

function saltsOf(frame: Buffer): Buffer {
  return frame.subarray(frameHeader.salts, frameHeader.salts + saltsLength);
}

function sumsAt(bytes: Buffer, at: number): Sums {
  return [bytes.readInt32BE(at), bytes.readInt32BE(at + 4)];
}

function isSame(a: Sums, b: Sums): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** Of pairs of words from `from` to before `to`, on top of what `before` had. */
function sumOf(bytes: Buffer, from: number, to: number, before: Sums, isLittleEndian: boolean): Sums {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let [first, second] = before;
  for (let at = from; at < to; at += 8) {
    first = (first + words.getInt32(at, isLittleEndian) + second) | 0;
    second = (second + words.getInt32(at + 4, isLittleEndian) + first) | 0;
  }
  return [first, second];
}
