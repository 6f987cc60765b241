/**
 * What drives the core: it brings in datagrams, commands and time, and carries out what the core wants done.
 * It runs in a worker or, where isolation is not wanted, on the application's own thread.
 *
 * @module
 */

import { advertisedAddress } from "../base/address.ts";
import {
  createMember,
  hasHandedOver,
  type MemberState,
  obstacleTo,
  peersOf,
  step,
  turnoutOf,
  wakeAt,
} from "../core/citizen.ts";
import type { Effect } from "../core/effect.ts";
import type { Input, InputEvent } from "../core/input.ts";
import { type Boot, type Cookie, type Message, NO_COOKIE, UNKNOWN_BOOT } from "../core/message/message.ts";
import type { Mutable } from "../core/message/blank.ts";
import { errorToData } from "../errors.ts";
import { ClockOffset } from "../leadership/clock_offset.ts";
import { Counters, type DropReason } from "../stats/counters.ts";
import { type Leadership, NOT_LEADING, SharedView } from "../leadership/shared_view.ts";
import { NONCE_SEED_WORDS } from "../core/nonce.ts";
import { DEFAULTS, LIMITS } from "../limits.ts";
import type { Settings } from "../options.ts";
import type { Bind, Datagram, DatagramHandlers } from "../transport/datagram.ts";
import type { Payload } from "../wire/codec.ts";
import { readOrigin } from "../wire/notice.ts";
import { createWire, type Opened, type Wire } from "../wire/wire.ts";
import { Announcer } from "./announcer.ts";
import { randomBoot } from "./random_boot.ts";
import { Backlog } from "./backlog.ts";
import { Exchange } from "./exchange.ts";
import { MintGate } from "./mint_gate.ts";
import { Messenger } from "./messenger.ts";
import { Latch } from "./latch.ts";
import type { Port } from "./port.ts";
import { NamedLeads } from "./named_leads.ts";
import { NoticeBoard } from "./notice_board.ts";
import { type LoopCommand, type LoopReport, transferOf } from "./protocol.ts";
import { Threshold } from "./threshold.ts";
import { Warnings } from "./warnings.ts";

type Start = Extract<LoopCommand, { type: "start" }>;
type Command = Exclude<LoopCommand, Start>;
type PacketInput = Mutable<Extract<Input, { kind: "packet" }>>;

type Refused = Extract<Opened, { ok: false }>;
/** A timer that would fire earlier than by this part of an interval is set anew. */
const TIMER_SLACK = 8;

/** Runs one member at the end of `port`, from its `start` to its `close`. */
export function serve(port: Port<LoopReport, LoopCommand>, bind: Bind): void {
  const waiting: Command[] = [];
  const stop = new AbortController();
  let loop: Loop | undefined;
  port.receive((command) => {
    if (command.type !== "start") {
      // Nobody waits any more for an address that may become one.
      if (command.type === "close") stop.abort();
      if (loop === undefined) waiting.push(command);
      else loop.obey(command);
      return;
    }
    open(command, port, bind, stop.signal).then((opened) => {
      loop = opened;
      for (const early of waiting) opened.obey(early);
    }, (error: unknown) => port.post(stop.signal.aborted ? { type: "closed" } : failure(error)));
  });
}

function failure(error: unknown): LoopReport {
  return { type: "failed", error: errorToData(error) };
}

async function open(start: Start, port: Port<LoopReport, LoopCommand>, bind: Bind, stop: AbortSignal): Promise<Loop> {
  let loop: Loop | undefined;
  const { source, maxPacketSize } = start.settings;
  const handlers: DatagramHandlers = {
    onDatagram: (bytes, from) => loop?.receive(bytes, from),
    onError: (error) => loop?.fail(error),
  };
  const socket = await bind(source, handlers, maxPacketSize, stop);
  try {
    return loop = new Loop(start, port, socket);
  } catch (error) {
    await socket.close();
    throw error;
  }
}

class Loop {
  readonly #settings: Settings;
  readonly #watched: boolean;
  readonly #port: Port<LoopReport, LoopCommand>;
  readonly #socket: Datagram;
  readonly #view: SharedView;
  readonly #counters: Counters;
  readonly #offset: ClockOffset;
  readonly #boot: Boot = randomBoot();
  readonly #member: MemberState;
  readonly #wire: Wire;
  readonly #messenger: Messenger;
  readonly #exchange: Exchange;
  readonly #announcer: Announcer;
  readonly #gate: MintGate | undefined;
  readonly #named: NamedLeads;
  readonly #threshold: Threshold;
  readonly #notices: NoticeBoard;
  readonly #warnings: Warnings;
  /** Packets come all day: each is told to the core with the same object. */
  readonly #packet: PacketInput = {
    ...{ kind: "packet", source: "", from: UNKNOWN_BOOT, cookie: NO_COOKIE, now: 0, wall: 0 },
    message: { kind: "leave", nonce: 0, idle: false },
  };
  readonly #address: string;
  readonly #latch: Latch;
  /** Whether the lead has been given away, and not all voters have said that they know. */
  #handingOver = false;
  /** Where the datagram that is being read came from. */
  #source: string | undefined;
  /** What it says, as soon as that is known. */
  #message: Message | undefined;
  readonly #mayDerive = (): boolean => this.#threshold.admits(this.#source ?? "", performance.now());
  /** The core wants to know its peers before anything else. */
  #hasPeers = false;
  #stalled = false;
  #over = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Number.POSITIVE_INFINITY;

  constructor(start: Start, port: Port<LoopReport, LoopCommand>, socket: Datagram) {
    const { settings, watched, fenced } = start;
    const now = performance.now();
    const address = advertisedAddress(settings, socket.address);
    this.#settings = settings;
    this.#address = address;
    this.#watched = watched;
    this.#port = port;
    this.#socket = socket;
    this.#view = new SharedView(start.view);
    this.#counters = new Counters(start.counters);
    this.#latch = new Latch(start.latch);
    this.#offset = new ClockOffset(watched ? start.sentAt : now, now);
    this.#wire = createWire({ cluster: settings.cluster, boot: this.#boot, secrets: settings.secrets });
    this.#member = createMember({
      ...settings,
      boot: this.#boot,
      address,
      // A random id is another with each start, and would move what the member led.
      ...(settings.anonymous ? { rankKey: address } : {}),
      drift: DEFAULTS.drift,
      lifeguard: true,
      rumorBytes: this.#wire.rumorRoom(settings.maxPacketSize, settings.id),
      sealed: settings.secrets.length > 0,
      seed: crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
      nonceSeed: [...crypto.getRandomValues(new Uint32Array(NONCE_SEED_WORDS))],
    }, { now, wall: Date.now() });
    this.#messenger = new Messenger(this.#wire.payloadRoom(settings.maxPacketSize), settings.channels);
    this.#exchange = new Exchange(this.#member, this.#messenger, new Backlog(start.backlog), settings.timeout, {
      send: (to, cookie, piece) => this.#send(to, cookie, piece),
      introduce: (boot) => this.#run({ kind: "introduce", boot }),
      deliver: (from, message) => port.post({ type: "message", from, ...message }, transferOf(message)),
      drop: (reason, count) => this.#drop(reason, count),
    });
    this.#threshold = new Threshold(this.#member, now);
    this.#notices = new NoticeBoard(this.#wire, now, (bytes, to) => socket.send(bytes, to));
    this.#warnings = new Warnings(settings, now, (report) => port.post(report));
    if (fenced) this.#gate = new MintGate(settings.id, (term) => port.post({ type: "mint", term }));
    const gateFor = (election: string) =>
      new MintGate(settings.id, (term) => port.post({ type: "mint", term, election }));
    this.#named = new NamedLeads(start.leases, (event) => this.#run(event), fenced ? gateFor : undefined);
    this.#announcer = new Announcer(settings, this.#member, this.#gate, (report) => port.post(report));
    port.post({ type: "ready", address });
  }

  /** Does what the application's thread says. */
  obey(command: Command): void {
    if (this.#over) return;
    switch (command.type) {
      case "clock":
        if (this.#watched) this.#offset.observe(command.sentAt, performance.now());
        return;
      case "peers":
        this.#hasPeers = true;
        this.#warnings.unresolved(command.unresolved ?? [], performance.now());
        this.#run({ ...command, kind: "peers" });
        return this.#named.begin();
      case "stale":
        return this.#run({ ...command, kind: "stale" });
      case "resign":
        return this.#resign(command);
      case "enter":
        return this.#named.enter(command);
      case "withdraw":
        this.#named.withdraw(command.election);
        return this.#port.post({ type: "done", request: command.request });
      case "minted":
        return this.#admit(command);
      case "send":
        return this.#exchange.spread(command, performance.now());
      case "subscribe":
        return this.#messenger.subscribe(command.channel);
      case "unsubscribe":
        return this.#messenger.unsubscribe(command.channel);
      case "close":
        if (this.#hasPeers) this.#run({ kind: "close", graceful: command.graceful });
        else this.#end({ type: "closed" });
    }
  }

  #resign({ request, ...resignation }: Extract<Command, { type: "resign" }>): void {
    const { to, election } = resignation;
    const obstacle = to === undefined ? undefined : obstacleTo(this.#member, to, election);
    if (this.#hasPeers && obstacle === undefined) this.#run({ ...resignation, kind: "resign" });
    this.#handingOver = true;
    this.#reviewHandOver();
    this.#port.post({ type: "done", request, obstacle });
  }

  /** Takes a datagram that anybody may have sent. */
  receive(bytes: Uint8Array, source: string): void {
    if (this.#over) return;
    this.#counters.received(bytes.length);
    this.#source = source;
    this.#read(bytes, source);
    this.#source = undefined;
    this.#message = undefined;
  }

  /** Ends for a reason that nobody wished for. */
  fail(error: unknown): void {
    this.#end(failure(error));
  }

  #read(bytes: Uint8Array, source: string): void {
    const opened = this.#wire.open(bytes, this.#mayDerive);
    if (!opened.ok) return this.#refuse(bytes, source, opened);
    const { from, cookie, payload } = opened.packet;
    if (payload.kind === "data") return this.#exchange.take(from, cookie, payload, performance.now());
    if (!this.#hasPeers) return;
    const input = this.#packet;
    input.source = source;
    input.from = from;
    input.cookie = cookie;
    input.message = payload;
    this.#message = payload;
    input.now = performance.now();
    input.wall = Date.now();
    this.#step(input);
  }

  #refuse(bytes: Uint8Array, source: string, { reason, notice }: Refused): void {
    this.#notices.refuse(bytes, source, reason, performance.now());
    this.#drop(reason, 1, bytes);
    if (notice !== undefined) this.#warnings.refused(notice, source, performance.now());
  }

  #admit({ term, token, election }: Extract<Command, { type: "minted" }>): void {
    // A token far ahead of the clocks fences, but would carry the terms of the cluster away.
    const isTerm = token <= Date.now() + LIMITS.clockLead;
    if (token > term && isTerm) return this.#run({ kind: "advance-term", term: token, election });
    for (const effect of this.#gateOf(election)?.minted(term, token) ?? []) this.#perform(effect);
  }

  #gateOf(election: string | undefined): MintGate | undefined {
    return election === undefined ? this.#gate : this.#named.gateOf(election);
  }

  #tick(): void {
    this.#counters.workerLateness.add(Math.max(0, performance.now() - this.#due));
    this.#timer = undefined;
    this.#due = Number.POSITIVE_INFINITY;
    this.#run({ kind: "tick" });
    if (this.#watched) this.#watch();
    const now = performance.now();
    this.#exchange.expire(now);
    if (this.#hasPeers) this.#warnings.turnout(turnoutOf(this.#member), now, Date.now());
  }

  #watch(): void {
    const now = performance.now();
    const stamped = this.#view.stamped();
    this.#offset.observe(stamped, now);
    const stalled = this.#offset.translate(now) - stamped > this.#settings.stallTimeout;
    if (stalled === this.#stalled) return;
    this.#stalled = stalled;
    this.#run({ kind: "stall", stalled });
  }

  #run(event: InputEvent): void {
    this.#step({ ...event, now: performance.now(), wall: Date.now() });
  }

  #step(input: Input): void {
    if (this.#over) return;
    try {
      for (const effect of step(this.#member, input)) {
        // What is sent needs no token, and each pass makes a list.
        const isFree = this.#gate === undefined || effect.kind === "send" || effect.kind === "lease";
        const gate = isFree ? undefined : this.#gateOf("election" in effect ? effect.election : undefined);
        if (gate === undefined) this.#perform(effect);
        else for (const passed of gate.pass(effect)) this.#perform(passed);
      }
      if (this.#handingOver) this.#reviewHandOver();
      this.#schedule();
    } catch (error) {
      this.fail(error);
    }
  }

  #reviewHandOver(): void {
    if (!hasHandedOver(this.#member)) return;
    this.#handingOver = false;
    this.#latch.open();
  }

  #schedule(): void {
    if (this.#over) return;
    const now = performance.now();
    const due = Math.min(wakeAt(this.#member), now + this.#settings.timeout);
    // A timer that fires a little early costs one tick; setting it anew for every datagram would cost more.
    const slack = this.#settings.interval / TIMER_SLACK;
    if (due >= this.#due && due < this.#due + slack) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, Math.ceil(due - now)));
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        return this.#send(effect.address, effect.cookie, effect.message);
      case "introduced":
        return this.#exchange.introduced(effect.boot);
      case "view":
        return this.#show(effect);
      case "lead":
        return this.#named.show(effect);
      case "lease":
        return this.#named.prolong(effect, this.#offset.translate(effect.deadline));
      case "relocate":
        return this.#announcer.relocate(effect);
      case "dropped":
        return this.#drop(effect.reason);
      case "mismatch":
        return this.#warnings.mismatch(effect, performance.now());
      case "refuted":
        return this.#warnings.refuted(effect.left, performance.now());
      case "readiness":
        return this.#port.post({ type: "readiness", ready: effect.ready });
      case "round-trip":
        return this.#counters.roundTrips.add(effect.ms);
      case "closed":
        return this.#end({ type: "closed" });
      case "removed":
        this.#messenger.forget(effect.member.boot);
        return this.#announcer.tell(effect);
      default:
        return this.#announcer.tell(effect);
    }
  }

  /** Something was ignored; `bytes` are the datagram where that was not even opened. */
  #drop(reason: DropReason, count = 1, bytes?: Uint8Array): void {
    this.#counters.dropped(reason, count, this.#source);
    const self = { id: this.#settings.id, source: this.#address };
    this.#warnings.dropped(reason, this.#source, () => ({
      ...{ source: this.#source, message: this.#message, self, members: peersOf(this.#member) },
      cluster: bytes && readOrigin(bytes)?.cluster,
    }), performance.now());
  }

  #show(leadership: Leadership): void {
    this.#announcer.note(leadership);
    this.#view.publish({ ...leadership, deadline: this.#offset.translate(leadership.deadline) });
  }

  #send(address: string, cookie: Cookie, payload: Payload): void {
    const bytes = this.#wire.seal(cookie, payload);
    this.#counters.sent(bytes.length);
    this.#socket.send(bytes, address);
  }

  #end(last: LoopReport): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#show(NOT_LEADING);
    this.#named.clear();
    this.#latch.open();
    this.#announcer.close();
    this.#socket.close().then(() => this.#port.post(last), () => this.#port.post(last));
  }
}
