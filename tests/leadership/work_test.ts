import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { ClosedError, WorkerError } from "../../src/errors.ts";
import type { LeadWork, WhileLeadingOptions } from "../../src/leadership/work.ts";
import { Work } from "../../src/leadership/work.ts";

/** A member whose lead comes and goes as the test says. */
class Stage {
  token: number | null = null;
  readonly over = new AbortController();
  readonly given: { reason: string; aside: number | undefined }[] = [];
  readonly warnings: string[] = [];
  readonly work: Work;

  constructor() {
    this.work = new Work({
      token: () => this.token,
      giveAway: (reason, aside) => {
        this.given.push({ reason, aside });
        this.lose(reason);
        return Promise.resolve();
      },
    }, { over: this.over.signal, period: 5, warn: (message) => this.warnings.push(message) });
  }

  async elect(token: number): Promise<void> {
    this.token = token;
    this.work.begin(token);
    await settled();
  }

  lose(reason: "requested" | "failed" | "outweighed"): void {
    this.token = null;
    this.work.end(reason);
  }

  close(error: Error = new ClosedError("over")): void {
    this.token = null;
    this.work.end("closed");
    this.over.abort(error);
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const untilAborted: LeadWork<unknown> = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));

Deno.test("lead: work that throws has given the lead away before the promise rejects", async () => {
  const stage = new Stage();
  const led = stage.work.lead(() => Promise.reject(new RangeError("no")));
  const rejected = assertRejects(() => led, RangeError, "no").then(() => stage.token);
  await stage.elect(7);
  assertEquals(await rejected, null);
  assertEquals(stage.given, [{ reason: "failed", aside: undefined }]);
});

Deno.test("lead: work that throws because the lead is lost gives nothing away", async () => {
  const stage = new Stage();
  const led = stage.work.lead(async (lead) => {
    await untilAborted(lead);
    throw lead.signal.reason;
  });
  const rejected = assertRejects(() => led, Error, "outweighed");
  await stage.elect(7);
  stage.lose("outweighed");
  await rejected;
  assertEquals(stage.given, []);
});

Deno.test("lead: work that the caller's signal ends has not failed", async () => {
  const stage = new Stage();
  const stop = new AbortController();
  const led = stage.work.lead(async (lead) => {
    await untilAborted(lead);
    lead.signal.throwIfAborted();
  }, { signal: stop.signal });
  const rejected = assertRejects(() => led, RangeError, "enough");
  await stage.elect(7);
  stop.abort(new RangeError("enough"));
  await rejected;
  assertEquals(stage.given, [{ reason: "requested", aside: undefined }]);
});

Deno.test("lead: work that returns keeps the lead", async () => {
  const stage = new Stage();
  const led = stage.work.lead(({ token }) => token);
  await stage.elect(7);
  assertEquals([await led, stage.token, stage.given], [7, 7, []]);
});

Deno.test("whileLeading: once at every new lead, until the member is closed", async () => {
  const stage = new Stage();
  const tokens: number[] = [];
  const done = stage.work.whileLeading(({ token }) => void tokens.push(token));
  await stage.elect(7);
  await settled();
  assertEquals(tokens, [7], "it does not run twice under one lead");
  stage.lose("outweighed");
  await stage.elect(8);
  stage.close();
  await done;
  assertEquals([tokens, stage.given], [[7, 8], []]);
});

Deno.test("whileLeading: a failure gives the lead away, and each in a row waits longer, up to the longest", async () => {
  const stage = new Stage();
  const done = stage.work.whileLeading(() => Promise.reject(new Error("no database here")), {
    backoff: { first: 100, longest: 800 },
  });
  for (let token = 1; token <= 6; token++) await stage.elect(token);
  stage.close();
  await done;
  const bounds = [100, 200, 400, 800, 800, 800];
  assertEquals(stage.given.map(({ reason }) => reason), bounds.map(() => "failed"));
  stage.given.forEach(({ aside = 0 }, place) => {
    const most = bounds[place] ?? 0;
    assert(aside >= most / 2 && aside <= most, `wait ${place} is between ${most / 2} and ${most}, got ${aside}`);
  });
  assertEquals(stage.warnings.length, 6);
  assert(stage.warnings[0]?.includes("token 1"), stage.warnings[0]);
});

Deno.test("whileLeading: work that went well makes the next failure the first", async () => {
  const stage = new Stage();
  let fails = true;
  const done = stage.work.whileLeading(() => fails ? Promise.reject(new Error("no")) : undefined, {
    backoff: { first: 100, longest: 800 },
  });
  await stage.elect(1);
  await stage.elect(2);
  fails = false;
  await stage.elect(3);
  stage.lose("outweighed");
  fails = true;
  await stage.elect(4);
  stage.close();
  await done;
  assertLessOrEqual(stage.given.at(-1)?.aside ?? Infinity, 100);
});

Deno.test("whileLeading: work that throws because it was told to stop has not failed", async () => {
  const stage = new Stage();
  const done = stage.work.whileLeading(async (lead) => {
    await untilAborted(lead);
    throw lead.signal.reason;
  });
  await stage.elect(7);
  stage.lose("outweighed");
  await settled();
  stage.close();
  await done;
  assertEquals([stage.given, stage.warnings], [[], []]);
});

Deno.test("whileLeading: a signal ends it once the work has ended, and gives the lead away", async () => {
  const stage = new Stage();
  const stop = new AbortController();
  let ended = false;
  const done = stage.work.whileLeading(async (lead) => {
    await untilAborted(lead);
    await settled();
    ended = true;
  }, { signal: stop.signal });
  await stage.elect(7);
  stop.abort();
  await done;
  assertEquals([ended, stage.token, stage.given], [true, null, [{ reason: "requested", aside: undefined }]]);
});

Deno.test("whileLeading: a signal that aborts while it waits ends it, and so does one that has aborted", async () => {
  const stage = new Stage();
  const stop = new AbortController();
  const done = stage.work.whileLeading(untilAborted, { signal: stop.signal });
  stop.abort();
  await done;
  await stage.work.whileLeading(untilAborted, { signal: stop.signal });
});

Deno.test("whileLeading: an election that fails for good is an error", async () => {
  const stage = new Stage();
  const done = stage.work.whileLeading(untilAborted);
  stage.close(new WorkerError("gone"));
  await assertRejects(() => done, WorkerError, "gone");
});

Deno.test("whileLeading: what is no function or no back-off is refused at once", async () => {
  const { work } = new Stage();
  const wrong: unknown = 5;
  await assertRejects(
    () => work.whileLeading(wrong as LeadWork<unknown>),
    TypeError,
    '"work" must be a function, got 5',
  );
  const cases: [WhileLeadingOptions["backoff"], string][] = [
    [{ first: 0 }, '"backoff.first" must be above 0'],
    [{ longest: Infinity }, '"backoff.longest" must be above 0 and at most'],
    [{ first: 10, longest: 5 }, '"backoff.first" must be at most "backoff.longest" (5), got 10'],
  ];
  for (const [backoff, message] of cases) {
    await assertRejects(() => work.whileLeading(() => {}, { backoff }), RangeError, message);
  }
});
