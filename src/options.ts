/**
 * What the user may say, checked once and early.
 *
 * @module
 */

import { formatAddress } from "./base/address.ts";
import type { Discovery } from "./discovery/discovery.ts";
import type { Fencing } from "./leadership/fencing.ts";
import type { Logger } from "./logger.ts";
import { checkBoolean, checkKnown, wrongType } from "./options/checks.ts";
import { readSettle } from "./options/election_options.ts";
import { readElectorate, readOwnAddresses } from "./options/electorate.ts";
import {
  readDurations,
  readFencing,
  readIdentity,
  readLogger,
  readMessaging,
  readSeal,
  readSignal,
  readSignals,
  readWorkerUrl,
} from "./options/fields.ts";

/** How a member takes part. Durations are ms, sizes are bytes. Only `source` and `peers` are required. */
export interface Options {
  /**
   * The address to bind, and to be known by unless `advertise` says otherwise: `10.0.0.7:12345`, or
   * `[fd00::7]:12345` for IPv6. Port 0 lets the system choose one.
   */
  source: string;
  /**
   * The addresses of the members, `host:port` each; the own one may be among them. A host name is
   * resolved again and again, so it need not resolve yet. Or a {@linkcode Discovery}; then `clusterSize`
   * or `voters` is required unless `quorum` is `"none"`.
   */
  peers: readonly string[] | Discovery;
  /**
   * The addresses of those that vote, like `peers`; they are members, too. By default all of up to nine members vote, and of
   * nine six must agree; of a longer list of IP addresses the seven vote that come first in code unit order, and five must agree.
   */
  voters?: readonly string[];
  /** The address told to others; required when `source` is a wildcard. Port 0 means the bound port. */
  advertise?: string;
  /** The name of this member, at most 128 bytes; random unless set. Must differ between members. */
  id?: string;
  /** The heaviest member is elected: any finite number; random between 0 and 1 unless set. */
  weight?: number;
  /** ms between heartbeats, at least 10; default 200. */
  interval?: number;
  /**
   * ms without a sign of life before a peer is removed, and the length of a lease; default 1000. At least
   * three times `interval`.
   */
  timeout?: number;
  /**
   * Who must agree to a leader. `"majority"` (default): more than half of the voters, so that there is
   * never more than one leader. A number: as many voters, more than half. `"none"`: nobody; each side of
   * a partition has a leader of its own.
   */
  quorum?: "majority" | "none" | number;
  /** The number of voters, self included if it votes; default: the distinct `voters`, or `peers` and self. */
  clusterSize?: number;
  /** Members of other clusters are ignored; at most 128 bytes; default `"democracy"`. */
  cluster?: string;
  /**
   * Seals every datagram: the first secret seals, all of up to 8 open, for rotation. Unsealed unless set. One of fewer than
   * 16 bytes is warned of.
   */
  secret?: string | readonly string[];
  /** `false`: votes and observes, but never leads; default `true`. */
  eligible?: boolean;
  /**
   * `true`: a leader hands over to a heavier member that has been healthy for a `timeout`; `{ after }`: for so many ms. A
   * member that cannot hold the lead is handed it less and less often: it waits 2, 4 ... 64 timeouts. Default `false`.
   */
  preempt?: boolean | { readonly after: number };
  /**
   * ms that a member withholds its vote after it has started, because it may have forgotten a promise; at least `timeout`, which
   * is the default. Where a new `timeout` is shorter, give the old one here while it is rolled out. `"until-idle"`: only until
   * all other voters have said that they are idle, a fast cold start; unsafe where lists of voters ever get shorter.
   */
  quarantine?: number | "until-idle";
  /**
   * ms that the main thread may be blocked before the lead is given away; default 10 000. At least `timeout`, at
   * most a day.
   */
  stallTimeout?: number;
  /** Channels to subscribe to from the start; at most 256. */
  channels?: readonly string[];
  /**
   * Bytes of the largest datagram, 656 to 65 507; default 1200. Above 8192 all members need the same: in Deno, one with less does
   * not receive larger ones.
   */
  maxPacketSize?: number;
  /** The name of the BroadcastChannel that other threads listen to, or `false` for none; default `"democracy"`. */
  broadcast?: string | false;
  /** Where the election runs: `"worker"` (default) survives a blocked main thread, `"none"` is this thread. */
  isolation?: "worker" | "none";
  /**
   * Where the worker's module is, when a bundler has left it behind: the absolute URL of a module that is
   * `import "@polis/democracy/worker";`.
   */
  workerUrl?: URL | string;
  /**
   * ms after an election before `lead` and `whileLeading` begin their work, for resources that cannot check tokens: what the leader before
   * had on its way arrives first (Consul's lock delay); default 0.
   */
  settle?: number;
  /** Mints the tokens outside the cluster, once for every change of leader; `elected` waits for it. */
  fencing?: Fencing;
  /** Closes the member when it aborts. */
  signal?: AbortSignal;
  /**
   * Whether the end of the process hands over as closing does: an exception or a rejection that nobody catches, `process.exit`,
   * `Deno.exit`, nothing left to do. That may hold the end up for 50 ms; default `true`. In Deno, an exception hands over and leaves the
   * member to be missed.
   */
  handOverOnExit?: boolean;
  /**
   * Signals that close the member, like `["SIGTERM", "SIGINT"]`. The process then ends as the signal would have ended it, unless the
   * application listens to it, too; default none.
   */
  signals?: readonly string[];
  /**
   * Where to log. Unless set, LogTape's category `democracy`; and as long as LogTape is not configured, warnings and errors go to
   * the console.
   */
  logger?: Logger;
}

/** The options that a worker needs: checked, complete, and plain data that may be sent between threads. */
export interface Settings {
  /** The canonical `ip:port` to bind; port 0 lets the system choose. */
  readonly source: string;
  /** The canonical `ip:port` told to others; port 0 means the bound one. See `advertisedAddress`. */
  readonly advertise: string;
  readonly id: string;
  /** Whether nobody has chosen the id. */
  readonly anonymous: boolean;
  readonly weight: number;
  readonly interval: number;
  readonly timeout: number;
  readonly quorum: "majority" | "none" | number;
  /** The number of voters as far as the options tell; an update of the discovery that has one replaces it. */
  readonly clusterSize: number;
  readonly cluster: string;
  /** The first seals, all open; empty when datagrams are not sealed. */
  readonly secrets: readonly string[];
  readonly eligible: boolean;
  /** ms that a heavier member must have been healthy before it is handed the lead; undefined when it never is. */
  readonly preemptAfter: number | undefined;
  /** ms, or `"until-idle"`. */
  readonly quarantine: number | "until-idle";
  readonly stallTimeout: number;
  readonly channels: readonly string[];
  readonly maxPacketSize: number;
  readonly broadcast: string | false;
  readonly isolation: "worker" | "none";
}

/** Everything that the options say. */
export interface ResolvedOptions {
  /** What may be sent to a worker. */
  readonly settings: Settings;
  /** Who the peers are: a static list, or what the user gave. */
  readonly discovery: Discovery;
  readonly fencing: Fencing | undefined;
  /** ms. */
  readonly settle: number;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
  readonly handOverOnExit: boolean;
  readonly signals: readonly NodeJS.Signals[];
  /** An absolute URL. */
  readonly workerUrl: string | undefined;
}

/** Every option; the compiler wants each of them here. */
const NAMES: { readonly [Name in keyof Required<Options>]: true } = {
  source: true,
  peers: true,
  voters: true,
  advertise: true,
  id: true,
  weight: true,
  interval: true,
  timeout: true,
  quorum: true,
  clusterSize: true,
  cluster: true,
  secret: true,
  eligible: true,
  preempt: true,
  quarantine: true,
  stallTimeout: true,
  channels: true,
  maxPacketSize: true,
  broadcast: true,
  isolation: true,
  workerUrl: true,
  settle: true,
  fencing: true,
  signal: true,
  handOverOnExit: true,
  signals: true,
  logger: true,
};

/**
 * Checks every option and every relation between them, and fills in what was left out.
 *
 * Throws a TypeError for an option that is missing, unknown or of the wrong kind, and a RangeError for one that
 * is out of bounds or does not fit another. The message has the option, the reason and the value; never a secret.
 *
 * @example
 * ```ts
 * import { resolveOptions } from "./options.ts";
 *
 * const { settings } = resolveOptions({ source: "127.0.0.1:12345", peers: ["127.0.0.1:12346", "127.0.0.1:12347"] });
 * console.log(settings.clusterSize, settings.timeout); // 3 1000
 * ```
 */
export function resolveOptions(options: Options): ResolvedOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw wrongType("options", "an object", options);
  }
  checkKnown(options, Object.keys(NAMES));
  const given: { readonly [Name in keyof Options]?: unknown } = { ...options };
  const own = readOwnAddresses(given);
  const { discovery, clusterSize, quorum } = readElectorate(given, own);
  const settings: Settings = {
    source: formatAddress(own.source),
    advertise: formatAddress(own.advertise),
    quorum,
    clusterSize,
    ...readIdentity(given),
    ...readDurations(given),
    ...readSeal(given),
    ...readMessaging(given),
  };
  return {
    settings,
    discovery,
    fencing: readFencing(given.fencing),
    logger: readLogger(given.logger),
    signal: readSignal(given.signal),
    handOverOnExit: checkBoolean("handOverOnExit", given.handOverOnExit ?? true),
    signals: readSignals(given.signals),
    settle: readSettle(given.settle),
    workerUrl: readWorkerUrl(given.workerUrl),
  };
}
