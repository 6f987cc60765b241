/**
 * Authenticated encryption of datagrams: AES-256-GCM, with a key for each boot of a sender.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { Boot } from "../core/message/message.ts";
import { BOUNDS, LIMITS } from "../limits.ts";
import { TAG_BYTES } from "./header.ts";
import { ReplayWindow } from "./replay_window.ts";
import { Scratch } from "./scratch.ts";

/** Bound to the derived keys, so that a secret used elsewhere too yields other keys there. */
const KEY_LABEL = "democracy wire 1 ";
const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const OPTIONS = { authTagLength: TAG_BYTES };
/** What six bytes can count: at a million datagrams a second, nine years. */
const MAX_SEQUENCE = 2 ** 48 - 1;
const MAX_UDP_BYTES = 65_535;

/** A sender that has proved to know a secret. */
interface Sender {
  readonly key: KeyObject;
  readonly window: ReplayWindow;
  /** How many datagrams had been opened when its last one was. */
  heard: number;
}

/** Datagrams are sealed and opened here, one at a time on each thread. No UDP datagram is longer. */
const sealed = new Scratch(BOUNDS.maxPacketSize);
const received = new Scratch(MAX_UDP_BYTES);

/**
 * Seals datagrams of one boot, and opens those of others.
 *
 * The key comes by HKDF-SHA256 (RFC 5869) from the secret, with the sender's boot as the salt. A boot is
 * fresh for every start, so a key lives as long as its counter, and no nonce is used twice with one key.
 * That holds only while no two sealers are ever made for one boot.
 *
 * A window of sequence numbers for each sender stops replays. Windows and keys are kept for the last
 * `LIMITS.replayWindows` senders that proved to know a secret; strangers cost time, but no memory. A member
 * that has just started has no windows yet: for it the receiver's boot in the header tells old from new.
 */
export class Sealer {
  readonly #cluster: string;
  /** In the order in which they are tried. */
  readonly #secrets: string[];
  readonly #own: KeyObject;
  readonly #senders = new Map<Boot, Sender>();
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  #sequence = 0;
  #opened = 0;

  /** The first secret seals, all open. */
  constructor(cluster: string, boot: Boot, secrets: readonly string[]) {
    const [first] = secrets;
    if (first === undefined) throw new RangeError(`Cannot seal: "secrets" must hold at least one secret, got none`);
    this.#cluster = cluster;
    this.#secrets = [...secrets];
    this.#own = this.#deriveKey(first, boot);
  }

  /** Senders whose windows are kept. */
  get senders(): number {
    return this.#senders.size;
  }

  /** The number of the next datagram. Throws a RangeError when there are no more, after 2^48. */
  nextSequence(): number {
    if (this.#sequence > MAX_SEQUENCE) throw new RangeError("Cannot seal: a boot may seal 2^48 datagrams, and did");
    return this.#sequence++;
  }

  /** The datagram: the header as it is, the body encrypted, the tag over both. Valid until the next is sealed on this thread. */
  seal(sequence: number, header: Uint8Array, body: Uint8Array): Uint8Array {
    const cipher = createCipheriv(CIPHER, this.#own, this.#nonceOf(sequence), OPTIONS);
    cipher.setAAD(header);
    const hidden = cipher.update(body);
    cipher.final();
    const end = header.length + hidden.length;
    sealed.bytes.set(header);
    sealed.bytes.set(hidden, header.length);
    sealed.bytes.set(cipher.getAuthTag(), end);
    return sealed.view(0, end + TAG_BYTES);
  }

  /**
   * The body of a datagram, behind a header of `header` bytes, or why there is none. `mayDerive` is asked before a key is derived for a
   * boot that has not proved to know a secret: that is what forged datagrams cost.
   */
  open(
    from: Boot,
    sequence: number,
    datagram: Uint8Array,
    header: number,
    mayDerive: () => boolean,
  ): Uint8Array | "bad-seal" | "replayed" | "flooded" {
    if (datagram.length > MAX_UDP_BYTES) return "bad-seal";
    received.bytes.set(datagram);
    const known = this.#senders.get(from);
    if (known !== undefined) {
      if (!known.window.isFresh(sequence)) return "replayed";
      const body = this.#decrypt(known.key, sequence, header, datagram.length);
      if (body === undefined) return "bad-seal";
      known.window.mark(sequence);
      known.heard = ++this.#opened;
      return body;
    }
    if (!mayDerive()) return "flooded";
    for (const secret of this.#secrets) {
      const key = this.#deriveKey(secret, from);
      const body = this.#decrypt(key, sequence, header, datagram.length);
      if (body !== undefined) {
        this.#admit(from, key, sequence);
        this.#prefer(secret);
        return body;
      }
    }
    return "bad-seal";
  }

  /** The secret that a member uses now is tried first for the next one. */
  #prefer(secret: string): void {
    const place = this.#secrets.indexOf(secret);
    if (place <= 0) return;
    this.#secrets.splice(place, 1);
    this.#secrets.unshift(secret);
  }

  #admit(from: Boot, key: KeyObject, sequence: number): void {
    if (this.#senders.size >= LIMITS.replayWindows) this.#forgetSilent();
    const window = new ReplayWindow();
    window.mark(sequence);
    this.#senders.set(from, { key, window, heard: ++this.#opened });
  }

  /** Forgets the sender that has been silent for the longest. */
  #forgetSilent(): void {
    let silent: Boot | undefined;
    let least = Infinity;
    for (const [boot, { heard }] of this.#senders) {
      if (heard < least) [silent, least] = [boot, heard];
    }
    if (silent !== undefined) this.#senders.delete(silent);
  }

  /** Of the datagram that was received, `length` bytes long. */
  #decrypt(key: KeyObject, sequence: number, header: number, length: number): Uint8Array | undefined {
    const end = length - TAG_BYTES;
    try {
      const decipher = createDecipheriv(CIPHER, key, this.#nonceOf(sequence), OPTIONS);
      decipher.setAAD(received.view(0, header));
      decipher.setAuthTag(received.view(end, length));
      const body = decipher.update(received.view(header, end));
      decipher.final();
      return body;
    } catch {
      return undefined;
    }
  }

  #deriveKey(secret: string, boot: Boot): KeyObject {
    const salt = Buffer.from(boot, "hex");
    return createSecretKey(new Uint8Array(hkdfSync("sha256", secret, salt, KEY_LABEL + this.#cluster, KEY_BYTES)));
  }

  #nonceOf(sequence: number): Buffer {
    this.#nonce.writeUIntBE(sequence, NONCE_BYTES - 6, 6);
    return this.#nonce;
  }
}
