/** A line that is longer than the splitter was told to hold. */
export class LineTooLong extends Error {
  constructor(maxBytes: number) {
    super(`a line is longer than ${maxBytes / 2 ** 20} MiB`);
  }
}

const newline = 0x0a;

/**
 * Cuts a stream of chunks into lines of UTF-8 text, wherever the chunks begin and end. What follows the last line end
 * is a line too, unless the stream fails: then its error is thrown and the fragment is dropped.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      pending.push(chunk.subarray(from, end));
      yield Buffer.concat(pending).toString();
      pending = [];
      pendingBytes = 0;
      from = end + 1;
    }
    if (from === chunk.length) continue;
    pending.push(chunk.subarray(from));
    pendingBytes += chunk.length - from;
    if (pendingBytes > maxBytes) throw new LineTooLong(maxBytes);
  }
  if (pendingBytes > 0) yield Buffer.concat(pending).toString();
}
