/**
 * Every metric of the library, once: OpenTelemetry's instruments and the text for Prometheus are both made from this
 * table. Names and units follow OpenTelemetry's semantic conventions; Prometheus' names follow from them.
 *
 * @module
 */

import type { Democracy } from "../democracy.ts";
import type { DurationStats } from "../stats/durations.ts";

/** What a point is about, by the names of OpenTelemetry. */
export type Attributes = Readonly<Record<string, string>>;

/** A number, and what it is about. */
export interface NumberPoint {
  readonly attributes: Attributes;
  readonly value: number;
}

/** Durations, and what they are about. */
export interface DurationsPoint {
  readonly attributes: Attributes;
  readonly durations: DurationStats;
}

/** What the metrics are read from. */
export interface Source {
  /** The member. */
  readonly democracy: Democracy;
  /** How often the lead changed, by reason; see `LeaderChanges`. */
  readonly changes: ReadonlyMap<string, number>;
}

interface Description {
  /** Dotted, as OpenTelemetry has it. */
  readonly name: string;
  /** `s`, `By`, or what is counted in braces. */
  readonly unit: string;
  readonly description: string;
}

/** A metric that is a number at any time. `sum` may fall, `counter` never does. */
export interface NumberMetric extends Description {
  readonly kind: "counter" | "sum" | "gauge";
  readonly read: (source: Source) => readonly NumberPoint[];
}

/** A metric that says how durations are spread. */
export interface DurationsMetric extends Description {
  readonly kind: "histogram";
  readonly read: (source: Source) => readonly DurationsPoint[];
}

const REASON = "democracy.reason";
const STATE = "democracy.state";
const ELECTION_NAME = "democracy.election";
const LEADER = "democracy.leader";
/** Elections that metrics tell apart: each is a series of its own wherever they are collected. */
const MOST_ELECTIONS = 100;
const THREAD = "democracy.thread";
const DIRECTION = "network.io.direction";

function alone(value: number): NumberPoint[] {
  return [{ attributes: {}, value }];
}

function byReason(counts: Iterable<readonly [string, number]>): NumberPoint[] {
  return Array.from(counts, ([reason, value]) => ({ attributes: { [REASON]: reason }, value }));
}

function byDirection(sent: number, received: number): NumberPoint[] {
  return [
    { attributes: { [DIRECTION]: "transmit" }, value: sent },
    { attributes: { [DIRECTION]: "receive" }, value: received },
  ];
}

/** The metrics that are numbers. */
export const NUMBERS: readonly NumberMetric[] = [
  {
    name: "democracy.leader.changes",
    kind: "counter",
    unit: "{change}",
    description: "Changes of leader that this member saw, by reason",
    read: ({ changes }) => byReason(changes),
  },
  {
    name: "democracy.leading",
    kind: "gauge",
    unit: "{leader}",
    description: "1 while this member leads, else 0",
    read: ({ democracy }) => alone(democracy.isLeader() ? 1 : 0),
  },
  {
    name: "democracy.token",
    kind: "gauge",
    unit: "{token}",
    description: "Fencing token of the leader that this member knows; absent while it knows none",
    read({ democracy }): NumberPoint[] {
      const leader = democracy.leader();
      return leader === null ? [] : alone(leader.token);
    },
  },
  {
    name: "democracy.lease.remaining",
    kind: "gauge",
    unit: "s",
    description: "Time that this member's lease has left unless it is renewed; 0 on a member that does not lead",
    read: ({ democracy }) => alone(democracy.remaining() / 1000),
  },
  {
    name: "democracy.elections",
    kind: "sum",
    unit: "{election}",
    description: "Named elections that this member knows of, by who leads them: this member, another, or nobody",
    read({ democracy }): NumberPoint[] {
      const leaders = Object.values(democracy.elections());
      const led = leaders.filter((leader) => leader !== null);
      const own = led.filter(({ id }) => id === democracy.id).length;
      return [
        { attributes: { [LEADER]: "self" }, value: own },
        { attributes: { [LEADER]: "other" }, value: led.length - own },
        { attributes: { [LEADER]: "none" }, value: leaders.length - led.length },
      ];
    },
  },
  {
    name: "democracy.election.leading",
    kind: "gauge",
    unit: "{leader}",
    description: "1 while this member leads that named election, else 0; for the first 100 by name that it knows of",
    read: ({ democracy }) =>
      Object.entries(democracy.elections()).sort(([left], [right]) => left < right ? -1 : 1).slice(0, MOST_ELECTIONS)
        .map(([name, leader]) => ({
          attributes: { [ELECTION_NAME]: name },
          value: leader?.id === democracy.id ? 1 : 0,
        })),
  },
  {
    name: "democracy.members",
    kind: "sum",
    unit: "{member}",
    description: "Members that are alive as this member knows, self included, by state",
    read({ democracy }): NumberPoint[] {
      const nodes = Object.values(democracy.nodes());
      return (["leader", "citizen"] as const).map((state) => ({
        attributes: { [STATE]: state },
        value: nodes.filter((node) => node.state === state).length,
      }));
    },
  },
  {
    name: "democracy.datagrams.dropped",
    kind: "counter",
    unit: "{datagram}",
    description: "Datagrams and messages that were ignored, by reason",
    read: ({ democracy }) => byReason(Object.entries(democracy.stats().dropped)),
  },
  {
    name: "democracy.network.packets",
    kind: "counter",
    unit: "{packet}",
    description: "Datagrams sent and received, also those that were ignored",
    read({ democracy }): NumberPoint[] {
      const { sent, received } = democracy.stats();
      return byDirection(sent, received);
    },
  },
  {
    name: "democracy.network.io",
    kind: "counter",
    unit: "By",
    description: "Bytes sent and received in datagrams",
    read({ democracy }): NumberPoint[] {
      const { bytesSent, bytesReceived } = democracy.stats();
      return byDirection(bytesSent, bytesReceived);
    },
  },
];

/** The metrics that are durations. */
export const DURATIONS: readonly DurationsMetric[] = [
  {
    name: "democracy.heartbeat.round_trip",
    kind: "histogram",
    unit: "s",
    description: "Time until a heartbeat was answered",
    read: ({ democracy }) => [{ attributes: {}, durations: democracy.stats().roundTrips }],
  },
  {
    name: "democracy.tick.lateness",
    kind: "histogram",
    unit: "s",
    description: "How late timers fired, in the thread of the election and in the application's",
    read({ democracy }): DurationsPoint[] {
      const { workerLateness, mainLateness } = democracy.stats();
      return [
        { attributes: { [THREAD]: "worker" }, durations: workerLateness },
        { attributes: { [THREAD]: "main" }, durations: mainLateness },
      ];
    },
  },
];
