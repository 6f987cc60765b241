/**
 * Authenticated encryption of datagrams: AES-256-GCM, with a key for each boot of a sender.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { Boot } from "../core/message.ts";
import { LIMITS } from "../limits.ts";
import { TAG_BYTES } from "./header.ts";
import { ReplayWindow } from "./replay_window.ts";

/** Bound to the derived keys, so that a secret used elsewhere too yields other keys there. */
const LABEL = "democracy wire 1 ";
const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const OPTIONS = { authTagLength: TAG_BYTES };
/** What six bytes can count: at a million datagrams a second, nine years. */
const MAX_SEQUENCE = 2 ** 48 - 1;

/** A sender that has proved to know a secret. */
interface Sender {
  readonly key: KeyObject;
  readonly window: ReplayWindow;
}

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
  readonly #secrets: readonly string[];
  readonly #own: KeyObject;
  readonly #senders = new Map<Boot, Sender>();
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  #sequence = 0;

  /** The first secret seals, all open. */
  constructor(cluster: string, boot: Boot, secrets: readonly string[]) {
    const [first] = secrets;
    if (first === undefined) throw new RangeError(`Cannot seal: "secrets" must hold at least one secret, got none`);
    this.#cluster = cluster;
    this.#secrets = secrets;
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

  /** The datagram: the header as it is, the body encrypted, the tag over both. */
  seal(sequence: number, header: Uint8Array, body: Uint8Array): Uint8Array {
    const cipher = createCipheriv(CIPHER, this.#own, this.#nonceOf(sequence), OPTIONS);
    cipher.setAAD(header);
    const hidden = cipher.update(body);
    cipher.final();
    const datagram = new Uint8Array(header.length + hidden.length + TAG_BYTES);
    datagram.set(header);
    datagram.set(hidden, header.length);
    datagram.set(cipher.getAuthTag(), header.length + hidden.length);
    return datagram;
  }

  /** The body, or why there is none. `rest` is what follows the header: the encrypted body and the tag. */
  open(from: Boot, sequence: number, header: Uint8Array, rest: Uint8Array): Uint8Array | "bad-seal" | "replayed" {
    const known = this.#senders.get(from);
    if (known !== undefined) {
      if (!known.window.isFresh(sequence)) return "replayed";
      const body = this.#decrypt(known.key, sequence, header, rest);
      if (body === undefined) return "bad-seal";
      known.window.mark(sequence);
      // Moves the sender to the end of the map, which forgets from its start.
      this.#senders.delete(from);
      this.#senders.set(from, known);
      return body;
    }
    for (const secret of this.#secrets) {
      const key = this.#deriveKey(secret, from);
      const body = this.#decrypt(key, sequence, header, rest);
      if (body !== undefined) {
        this.#admit(from, key, sequence);
        return body;
      }
    }
    return "bad-seal";
  }

  #admit(from: Boot, key: KeyObject, sequence: number): void {
    if (this.#senders.size >= LIMITS.replayWindows) {
      for (const oldest of this.#senders.keys()) {
        this.#senders.delete(oldest);
        break;
      }
    }
    const window = new ReplayWindow();
    window.mark(sequence);
    this.#senders.set(from, { key, window });
  }

  #decrypt(key: KeyObject, sequence: number, header: Uint8Array, rest: Uint8Array): Uint8Array | undefined {
    const end = rest.length - TAG_BYTES;
    try {
      const decipher = createDecipheriv(CIPHER, key, this.#nonceOf(sequence), OPTIONS);
      decipher.setAAD(header);
      decipher.setAuthTag(rest.subarray(end));
      const body = decipher.update(rest.subarray(0, end));
      decipher.final();
      return body;
    } catch {
      return undefined;
    }
  }

  #deriveKey(secret: string, boot: Boot): KeyObject {
    const salt = Buffer.from(boot, "hex");
    return createSecretKey(new Uint8Array(hkdfSync("sha256", secret, salt, LABEL + this.#cluster, KEY_BYTES)));
  }

  #nonceOf(sequence: number): Buffer {
    this.#nonce.writeUIntBE(sequence, NONCE_BYTES - 6, 6);
    return this.#nonce;
  }
}
