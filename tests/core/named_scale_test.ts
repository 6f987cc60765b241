/** Ten thousand elections over one membership of three. */

import { assert, assertEquals } from "@std/assert";
import { NamedViews } from "../../scripts/harness/named_views.ts";
import { keepMessage } from "../../scripts/harness/keep.ts";
import { createMember, type MemberState, step, wakeAt } from "../../src/core/citizen.ts";
import type { InputEvent } from "../../src/core/input.ts";
import { addressOf, bootOf, configOf, EPOCH, INTERVAL, TIMEOUT } from "./harness.ts";

/** As in a datagram of 1200 bytes. */
const ROOM = { rumorBytes: 800 };
/** Candidacies of one member that wait for votes at once. */
const AT_ONCE = 200;

interface Running {
  readonly state: MemberState;
  readonly views: NamedViews;
}

/** Members on a network with 1 ms of delay: no step is examined, which would look at each election. */
class Crowd {
  now = 0;
  readonly sent = new Map<string, number>();
  /** How often each election got another leader. */
  readonly moves = new Map<string, number>();
  readonly #elections: number;
  readonly #addresses: readonly string[];
  readonly #running: (Running | undefined)[];
  #mail: { readonly to: number; readonly event: InputEvent }[] = [];
  #starts = 0;

  /** Of the members those start that are named; all unless said. */
  constructor(elections: number, size = 3, started = size) {
    this.#elections = elections;
    this.#addresses = Array.from({ length: size }, (_, index) => addressOf(index + 1));
    this.#running = this.#addresses.map(() => undefined);
    for (let index = 0; index < started; index++) this.start(index);
  }

  start(index: number): void {
    const boot = bootOf(index + 1 + 0x100 * this.#starts++);
    const at = { now: this.now, wall: EPOCH + this.now };
    this.#running[index] = {
      state: createMember({ ...configOf(index + 1, ROOM), boot }, at),
      views: new NamedViews(),
    };
    this.#step(index, { kind: "peers", addresses: this.#addresses, clusterSize: this.#addresses.length });
    for (let number = 0; number < this.#elections; number++) {
      this.#step(index, { kind: "enter", election: `shard-${number}`, byWeight: false, rebalances: true });
    }
  }

  /** How many each member leads. */
  get shares(): number[] {
    return this.#running.map((running) => running?.views.ledAt(this.now, EPOCH + this.now).length ?? 0);
  }

  get led(): number {
    return this.shares.reduce((sum, share) => sum + share, 0);
  }

  crash(index: number): void {
    this.#running[index] = undefined;
  }

  close(index: number): void {
    this.#step(index, { kind: "close" });
  }

  run(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now++) {
      const mail = this.#mail;
      this.#mail = [];
      for (const { to, event } of mail) this.#step(to, event);
      for (const [index, running] of this.#running.entries()) {
        if (running !== undefined && wakeAt(running.state) <= this.now) this.#step(index, { kind: "tick" });
      }
    }
  }

  /** The ms until so many are led. */
  runUntilLed(elections: number, ms: number): number {
    const begun = this.now;
    while (this.led < elections) {
      if (this.now - begun >= ms) throw new Error(`Expected ${elections} to be led within ${ms} ms, got ${this.led}`);
      this.run(10);
    }
    return this.now - begun;
  }

  #step(index: number, event: InputEvent): void {
    const running = this.#running[index];
    if (running === undefined) return;
    const { state: { ground: { config } } } = running;
    for (const effect of step(running.state, { ...event, now: this.now, wall: EPOCH + this.now })) {
      running.views.take(effect);
      if (effect.kind === "elected" && effect.election !== undefined) {
        this.moves.set(effect.election, (this.moves.get(effect.election) ?? 0) + 1);
      }
      if (effect.kind !== "send") continue;
      const { address, cookie, message } = effect;
      this.sent.set(message.kind, (this.sent.get(message.kind) ?? 0) + 1);
      const packet = { kind: "packet", source: config.address, from: config.boot, cookie } as const;
      this.#mail.push({ to: this.#addresses.indexOf(address), event: { ...packet, message: keepMessage(message) } });
    }
  }
}

Deno.test("in steady state a thousand elections cost as many messages as one", () => {
  const [one, thousand] = [1, 1000].map((elections) => {
    const crowd = new Crowd(elections);
    crowd.runUntilLed(elections, 10 * TIMEOUT);
    crowd.run(20 * TIMEOUT);
    crowd.sent.clear();
    crowd.run(10 * TIMEOUT);
    return crowd.sent;
  });
  const others = ["claims", "votes", "roll", "roll-call", "release"];
  assertEquals(others.map((kind) => thousand!.get(kind) ?? 0), [0, 0, 0, 0, 0], "nothing is said of single elections");
  assertEquals(thousand!.get("ping"), one!.get("ping"), "as many pings");
  // Every member leads some of a thousand, and asks for support: its pings are answered.
  assert(thousand!.get("ack")! <= 3 * one!.get("ack")!, "and three times the acks of one leader at most");
});

Deno.test("ten thousand elections are led soon, evenly, and again after a crash and a hand-over", () => {
  const crowd = new Crowd(10_000);
  const quarantine = TIMEOUT;
  const started = crowd.runUntilLed(10_000, 20 * TIMEOUT);
  assert(
    started <= quarantine + (10_000 / AT_ONCE) * INTERVAL,
    `all are led within an interval for each 200, got ${started} ms`,
  );
  crowd.run(40 * TIMEOUT);
  const [most, least] = [Math.max(...crowd.shares), Math.min(...crowd.shares)];
  assert(most <= 1.25 * 10_000 / 3, `the fullest leads 1.25 times the mean at most, got ${crowd.shares}`);
  assert(least > 0 && crowd.led === 10_000, `all are led, got ${crowd.shares}`);
  const [lost] = crowd.shares;
  crowd.crash(0);
  const ms = crowd.runUntilLed(10_000, 20 * TIMEOUT);
  const bound = TIMEOUT + 2 * INTERVAL + (lost! / AT_ONCE) * INTERVAL;
  assert(ms <= bound, `all that one led are led again within ${bound} ms, got ${ms} ms`);
});

Deno.test("a member that closes with two hundred leads hands them over within a few round trips", () => {
  const crowd = new Crowd(600);
  crowd.runUntilLed(600, 10 * TIMEOUT);
  crowd.run(20 * TIMEOUT);
  const [given] = crowd.shares;
  assert(given! > 150, `it leads a third, got ${given}`);
  crowd.close(0);
  const ms = crowd.runUntilLed(600, TIMEOUT);
  assert(ms <= INTERVAL / 2, `all are led again within half an interval, got ${ms} ms`);
});

for (const [size, most] of [[3, 1.25], [5, 1.25], [10, 1.4]] as const) {
  Deno.test(`a thousand elections on ${size} are balanced again within ten timeouts of each change, and none moves twice`, () => {
    const crowd = new Crowd(1000, size, size - 1);
    const settle = (change: string, members: number): void => {
      crowd.moves.clear();
      crowd.run(10 * TIMEOUT);
      assertEquals(crowd.led, 1000, `all are led after ${change}`);
      const fullest = Math.max(...crowd.shares) * members / 1000;
      assert(fullest <= most, `the fullest of ${size} leads ${most} times the mean after ${change}, got ${fullest}`);
      const restless = [...crowd.moves].filter(([, times]) => times > 1);
      assertEquals(restless, [], `nothing moves twice after ${change}`);
    };
    crowd.runUntilLed(1000, 10 * TIMEOUT);
    crowd.run(10 * TIMEOUT);
    crowd.start(size - 1);
    settle("one has joined", size);
    crowd.crash(0);
    settle("one has crashed", size - 1);
    crowd.start(0);
    settle("it is back", size);
    crowd.close(1);
    crowd.run(INTERVAL);
    crowd.crash(1);
    settle("one has left", size - 1);
  });
}
