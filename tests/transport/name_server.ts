/**
 * A name server for tests: answers what it is told to, or nothing.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createSocket, type Socket } from "node:dgram";
import { canonicalHost } from "../../src/base/address.ts";

const TYPES: Readonly<Record<number, "A" | "AAAA">> = { 1: "A", 28: "AAAA" };
const NAME_ERROR = 3;
const HEADER_BYTES = 12;

/** RFC 1035, as much as a test needs. */
export class NameServer {
  /** What was asked for, as `A alpha.example`. */
  readonly asked: string[] = [];
  /** By name; those that are not here do not exist. */
  readonly records = new Map<string, readonly string[]>();
  /** Whether it answers at all. */
  isSilent = false;
  /** The code of its answers, if they shall be errors: 2 is a failure, 5 a refusal. */
  error = 0;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (query, { address, port }) => {
      const answer = this.#answer(Buffer.from(query));
      if (answer !== undefined) socket.send(answer, port, address);
    });
  }

  /** Listens on loopback. */
  static async start(): Promise<NameServer> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new NameServer(socket);
  }

  /** `ip:port`. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  /** Ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #answer(query: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = HEADER_BYTES;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString("ascii", at + 1, at + 1 + length));
      at += 1 + length;
    }
    const name = labels.join(".").toLowerCase();
    const type = TYPES[query.readUInt16BE(at + 1)];
    this.asked.push(`${type} ${name}`);
    if (this.isSilent) return undefined;
    const known = this.records.get(name);
    const wanted = (known ?? []).map((ip) => canonicalHost(ip)).filter((host) =>
      host?.kind === (type === "A" ? "ipv4" : "ipv6")
    );
    const code = this.error || (known === undefined ? NAME_ERROR : 0);
    const header = Buffer.from([
      query[0]!,
      query[1]!,
      0x81,
      0x80 | code,
      0,
      1,
      0,
      code === 0 ? wanted.length : 0,
      0,
      0,
      0,
      0,
    ]);
    const question = query.subarray(HEADER_BYTES, at + 5);
    const records = code === 0 ? wanted.map((host) => record(host?.host ?? "", type === "A" ? 1 : 28)) : [];
    return Buffer.concat([header, question, ...records]);
  }
}

function record(host: string, type: number): Buffer {
  const data = type === 1 ? Buffer.from(host.split(".").map(Number)) : ipv6Bytes(host);
  return Buffer.concat([Buffer.from([0xc0, HEADER_BYTES, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]), data]);
}

function ipv6Bytes(host: string): Buffer {
  const [head = [], tail = []] = host.split("::").map((part) => part === "" ? [] : part.split(":"));
  const groups = [...head, ...new Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  return Buffer.from(groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]));
}
