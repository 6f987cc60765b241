/**
 * Leader election among processes, without a lock server.
 *
 * Each process builds one {@linkcode Democracy} from its own address and the addresses of its peers. They find
 * each other over UDP, and a majority of them elects one leader, whose lease runs out by the clock: at most one `isLeader()` is true at
 * any instant, also while processes hang, pause, restart or lose their network.
 *
 * @example One member elects itself: a cluster of one needs no network
 * ```ts
 * import { Democracy } from "@polis/democracy";
 *
 * const democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
 * democracy.on("elected", ({ id, token }) => console.log(`${id} leads with token ${token}`));
 * await democracy.lead(({ token }) => {
 *   console.log(`Writing under token ${token}, leader: ${democracy.isLeader()}`);
 * });
 * await democracy.close();
 * ```
 *
 * @example Three processes on three machines; the same program runs on each
 * ```ts ignore
 * import { Democracy } from "@polis/democracy";
 *
 * const democracy = new Democracy({
 *   source: "10.0.0.7:12345",
 *   peers: ["10.0.0.7:12345", "10.0.0.8:12345", "10.0.0.9:12345"],
 * });
 * await democracy.ready;
 * await democracy.whileLeading(async ({ token, signal }) => {
 *   while (!signal.aborted) await doWhatOnlyOneMayDo(token);
 * });
 * ```
 *
 * @module
 */

export { Democracy, Democracy as default } from "./src/democracy.ts";
export type { Election } from "./src/election.ts";
export { NamedElection } from "./src/named_election.ts";
export { type Shard, Spread, type SpreadHandlers, type SpreadOptions } from "./src/spread.ts";
export type { ElectionOptions } from "./src/options/election_options.ts";
export type { ElectionEvents } from "./src/leadership/seat.ts";
export type { LeaderInfo, MemberInfo, ResignReason } from "./src/core/effect.ts";
export type { Discovery, DiscoveryContext, DiscoveryUpdate } from "./src/discovery/discovery.ts";
export {
  AddressInUseError,
  BindError,
  ClosedError,
  DemocracyError,
  type DemocracyErrorCode,
  DiscoveryError,
  HandOverError,
  PermissionError,
  WorkerError,
} from "./src/errors.ts";
export type {
  BroadcastChange,
  BroadcastPost,
  BroadcastScope,
  BroadcastSender,
  BroadcastState,
} from "./src/leadership/broadcast.ts";
export type { DropReason, Stats } from "./src/stats/counters.ts";
export type { CoreDrop } from "./src/core/effect.ts";
export type { WireDrop } from "./src/wire/header.ts";
export type { FragmentDrop } from "./src/wire/reassembler.ts";
export type { DurationStats } from "./src/stats/durations.ts";
export {
  CustomMessageEvent,
  type EventHandler,
  type LifecycleEvents,
  type LifecycleHandler,
  type MessageHandler,
  TypedEvents,
} from "./src/leadership/events.ts";
export type { Fencing, MintRequest } from "./src/leadership/fencing.ts";
export type { QuorumInfo, VoterInfo } from "./src/leadership/quorum.ts";
export type { NodeInfo } from "./src/leadership/roster.ts";
export type { LeadContext } from "./src/leadership/lead_tasks.ts";
export type { LeadWork, WhileLeadingOptions } from "./src/leadership/work.ts";
export type { Logger } from "./src/logger.ts";
export type { Options } from "./src/options.ts";
