/**
 * What the page is told: a list of small changes in the order of time. The same list comes from a member, from the demo
 * and from the simulator, and what was true at any time follows from the changes up to then.
 *
 * @module
 */

/** What a member can be in. */
export type Phase = "up" | "down" | "gone" | "blocked" | "paused" | "suspended" | "starting";

/** Something that changed at a time, in ms. */
export type Change =
  /** A member is known, or what is known of it has changed. */
  | {
    readonly kind: "member";
    readonly at: number;
    readonly id: string;
    readonly weight: number;
    readonly source: string;
    readonly eligible: boolean;
  }
  | { readonly kind: "phase"; readonly at: number; readonly id: string; readonly phase: Phase }
  /**
   * The member has believed since `from` that it leads, and believes it at `at`. Unless it hears from a majority, it does so
   * until `until`; null where only the leader itself knows that.
   */
  | {
    readonly kind: "lead";
    readonly at: number;
    readonly id: string;
    readonly token: number;
    readonly from: number;
    readonly until: number | null;
  }
  /** The member has believed up to `at` that it leads. */
  | { readonly kind: "yield"; readonly at: number; readonly id: string }
  /** Who leads the named election `id`, and under which token. */
  | {
    readonly kind: "election";
    readonly at: number;
    readonly id: string;
    readonly leader: string | null;
    readonly token: number | null;
  }
  /** Why nobody leads, as the member knows, or that somebody does. */
  | { readonly kind: "why"; readonly at: number; readonly id: string; readonly text: string | null }
  /** Whom the member takes for the leader. */
  | { readonly kind: "follow"; readonly at: number; readonly id: string; readonly leader: string | null }
  /** Datagrams from one member to another are lost, or get through again. */
  | { readonly kind: "link"; readonly at: number; readonly id: string; readonly to: string; readonly cut: boolean }
  /** The member is on the smaller side of a partition that was made on purpose, or no longer. */
  | { readonly kind: "apart"; readonly at: number; readonly id: string; readonly apart: boolean }
  /** Heartbeats of the member were heard. */
  | { readonly kind: "beat"; readonly at: number; readonly id: string }
  | {
    readonly kind: "note";
    readonly at: number;
    /** Whom it is about; empty where it is about the cluster. */
    readonly id: string;
    readonly text: string;
    readonly tone: "plain" | "good" | "bad";
  };

/** What does not change. */
export interface Heading {
  readonly title: string;
  readonly detail: string;
  /** ms; 0 where it is not known. */
  readonly timeout: number;
  /** Whether two leaders at a time are a broken promise. */
  readonly exclusive: boolean;
  /** Whether the changes are all that is known, or what one member saw. */
  readonly observer: string | null;
}

/** Everything so far. */
export interface Story {
  readonly heading: Heading;
  readonly changes: readonly Change[];
  /** When it was told, or ended. */
  readonly now: number;
}

/** What is new. */
export interface News {
  readonly changes: readonly Change[];
  readonly now: number;
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const time: Check = (value) => typeof value === "number" && Number.isFinite(value);
const truth: Check = (value) => typeof value === "boolean";
const orNull = (check: Check): Check => (value) => value === null || check(value);
const among = (...values: readonly string[]): Check => (value) => typeof value === "string" && values.includes(value);

const CHANGE_FIELDS: Readonly<Record<Change["kind"], Readonly<Record<string, Check>>>> = {
  member: { weight: time, source: text, eligible: truth },
  phase: { phase: among("up", "down", "gone", "blocked", "paused", "suspended", "starting") },
  lead: { token: time, from: time, until: orNull(time) },
  yield: {},
  election: { leader: orNull(text), token: orNull(time) },
  why: { text: orNull(text) },
  follow: { leader: orNull(text) },
  link: { to: text, cut: truth },
  apart: { apart: truth },
  beat: {},
  note: { text: text, tone: among("plain", "good", "bad") },
};

const HEADING: Readonly<Record<keyof Heading, Check>> = {
  title: text,
  detail: text,
  timeout: time,
  exclusive: truth,
  observer: orNull(text),
};

function fits(value: unknown, fields: Readonly<Record<string, Check>>): boolean {
  if (typeof value !== "object" || value === null) return false;
  const source = value;
  return Object.entries(fields).every(([name, check]) => check(Reflect.get(source, name)));
}

function isChange(value: unknown): value is Change {
  if (!fits(value, { kind: text, at: time, id: text })) return false;
  const { kind } = value as Change;
  return Object.hasOwn(CHANGE_FIELDS, kind) && fits(value, CHANGE_FIELDS[kind]);
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** Reads what is new; undefined when it is something else. Changes of a kind that this page does not know are left out. */
export function readNews(data: string): News | undefined {
  const value = parse(data);
  if (!fits(value, { now: time, changes: Array.isArray })) return undefined;
  const { now, changes } = value as News;
  return { now, changes: changes.filter(isChange) };
}

/** Reads a whole story; undefined when it is something else. */
export function readStory(data: string): Story | undefined {
  const news = readNews(data);
  const value = parse(data);
  if (news === undefined || !fits(value, { heading: (heading) => fits(heading, HEADING) })) return undefined;
  return { ...news, heading: (value as Story).heading };
}
