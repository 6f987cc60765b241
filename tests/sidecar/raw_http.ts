/**
 * HTTP by hand, byte for byte.
 *
 * @module
 */

import { connect } from "node:net";

/** What came back: the status line, headers by lower-case name, and the body's bytes as text. */
export interface RawAnswer {
  readonly status: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends these bytes to `host:port`, and reads until the server closes. */
export async function exchange(address: string, request: string): Promise<RawAnswer> {
  const [host, port] = [
    address.slice(0, address.lastIndexOf(":")),
    Number(address.slice(address.lastIndexOf(":") + 1)),
  ];
  const text = await new Promise<string>((resolve, reject) => {
    let received = "";
    const socket = connect(port, host, () => socket.write(request));
    socket.setEncoding("utf8");
    socket.setTimeout(10_000, () => socket.destroy(new Error(`No answer to ${JSON.stringify(request)}`)));
    socket.on("data", (chunk) => received += chunk);
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [status = "", ...lines] = head.split("\r\n");
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  return { status, headers, body: rest.join("\r\n\r\n") };
}
