/**
 * Bodies of answers, bounded.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";

const LINE_FEED = 10;

/** The whole body. Rejects where it is longer than `limit` bytes, or ends before its time. */
export async function textOf(response: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > limit) throw tooLong(limit);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The lines of the body as they come. Rejects where a line is longer than `limit` bytes. */
export async function* linesOf(
  response: AsyncIterable<Uint8Array>,
  limit: number,
  onChunk: () => void = () => {},
): AsyncGenerator<string, void, void> {
  let pending: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    onChunk();
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const line = Buffer.concat([...pending, chunk.subarray(start, end)]).toString("utf8");
      pending = [];
      length = 0;
      start = end + 1;
      if (line.trim() !== "") yield line;
    }
    length += chunk.length - start;
    if (length > limit) throw tooLong(limit);
    if (start < chunk.length) pending.push(Buffer.from(chunk.subarray(start)));
  }
}

function tooLong(limit: number): Error {
  return new Error(`The API server's answer is longer than ${limit} bytes`);
}
