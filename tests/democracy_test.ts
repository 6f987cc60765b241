import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { createSocket } from "node:dgram";
import { AddressInUseError, BindError, ClosedError, Democracy, WorkerError } from "../mod.ts";
import defaultExport from "../mod.ts";
import type { Options } from "../mod.ts";
import { freeAddresses } from "../scripts/harness/addresses.ts";
import { QUICK, quiet } from "../scripts/harness/members.ts";
import { sleep, until } from "../scripts/harness/waiting.ts";

function single(options: Partial<Options> = {}): Democracy {
  const cluster = `test ${crypto.randomUUID()}`;
  return new Democracy({ ...QUICK, source: "127.0.0.1:0", peers: [], cluster, logger: quiet, ...options });
}

/** What is open when a test ends is a failure: the socket, the worker, timers and channels must all be gone. */
function test(name: string, run: () => Promise<void> | void): void {
  Deno.test({ name, fn: run, sanitizeOps: true, sanitizeResources: true });
}

test("the class is the default export, and an EventTarget", async () => {
  assertStrictEquals(defaultExport, Democracy);
  await using democracy = single();
  assertInstanceOf(democracy, EventTarget);
});

for (const isolation of ["worker", "none"] as const) {
  test(`isolation ${isolation}: a member alone elects itself, and close leaves nothing`, async () => {
    const democracy = single({ isolation, id: "a", weight: 7 });
    const heard: unknown[] = [];
    democracy.on("elected", ({ id }) => heard.push(["elected", id, democracy.isLeader()]));
    democracy.on("leader", (leader) => heard.push(["leader", leader?.id]));
    democracy.on("resigned", ({ id, reason }) => heard.push(["resigned", id, reason, democracy.isLeader()]));
    assertEquals([democracy.isLeader(), democracy.token, democracy.leader()], [false, null, null]);
    await democracy.ready;
    const token = await democracy.lead((lead) => lead.token);
    assertEquals(democracy.token, token);
    assertEquals(democracy.leader(), { id: "a", source: democracy.source, token });
    const nodes = democracy.nodes();
    assertEquals({ ...nodes["a"] }, {
      id: "a",
      source: democracy.source,
      weight: 7,
      eligible: true,
      state: "leader",
      voter: true,
      leader: true,
      self: true,
    });
    const closing = democracy.close();
    assertEquals([democracy.isLeader(), democracy.token], [false, null]);
    assertStrictEquals(democracy.close(), closing);
    await closing;
    const [elected, leader] = heard.slice(0, 2).sort();
    assertEquals([elected, leader], [["elected", "a", true], ["leader", "a"]]);
    assertEquals(heard.filter((entry) => Array.isArray(entry) && entry[0] === "resigned"), [
      ["resigned", "a", "closed", false],
    ]);
    assertThrows(() => democracy.send("ciao"), ClosedError, "Cannot send: a was closed");
    assertThrows(() => democracy.publish("ciao"), ClosedError, "Cannot publish: a was closed");
    assertThrows(() => democracy.subscribe("ciao"), ClosedError, "Cannot subscribe: a was closed");
    assertThrows(() => democracy.unsubscribe("ciao"), ClosedError, "Cannot unsubscribe: a was closed");
    await democracy.resign();
    await assertRejects(() => democracy.lead(() => {}), ClosedError, "Cannot lead: a was closed");
  });

  test(`isolation ${isolation}: a port in use is told by ready and by the event`, async () => {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    try {
      const democracy = single({ isolation, source: `127.0.0.1:${socket.address().port}` });
      const errors: Error[] = [];
      democracy.on("error", (error) => errors.push(error));
      const error = await assertRejects(() => democracy.ready, AddressInUseError, `${socket.address().port}`);
      assertEquals(error.code, "address-in-use");
      await until("the event", () => errors.length === 1);
      assertStrictEquals(errors[0], error);
      await assertRejects(() => democracy.lead(() => {}), AddressInUseError);
      await democracy.close();
    } finally {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  });

  test(`isolation ${isolation}: who closes at once is closed`, async () => {
    const democracy = single({ isolation });
    const closed = democracy.close();
    await assertRejects(() => democracy.ready, ClosedError);
    await closed;
  });

  test(`isolation ${isolation}: an AbortSignal closes, before and after`, async () => {
    const controller = new AbortController();
    const democracy = single({ isolation, signal: controller.signal });
    await democracy.lead(() => {});
    controller.abort();
    assertEquals(democracy.isLeader(), false);
    await democracy.close();
    const late = single({ isolation, signal: controller.signal });
    const error = await assertRejects(() => late.ready, ClosedError, 'was closed, because "signal" has aborted');
    assertStrictEquals(error.cause, controller.signal.reason);
    await late.close();
  });
}

test("an address that no interface has is a BindError", async () => {
  await using democracy = single({ source: "192.0.2.1:12345" });
  await assertRejects(() => democracy.ready, BindError, "192.0.2.1:12345");
});

test("the user's own mistakes are thrown at once", () => {
  assertThrows(() => single({ source: "nonsense" }), TypeError, "source");
  assertThrows(() => single({ timeout: 100 }), RangeError, "timeout");
});

test("who listens to what nobody sends by a slip is told so, and who has names of his own is not", async () => {
  const warnings: string[] = [];
  await using democracy = single({
    logger: { ...quiet, warn: (message: string): void => void warnings.push(message) },
  });
  for (const name of ["electd", "elected", "update", "leaders", "ciao", "Resigned"]) democracy.on(name, () => {});
  assertEquals(
    warnings,
    ["electd", "Resigned"].map((name) =>
      `on("${name}") waits for messages of that name; did you mean the event "${
        name === "electd" ? "elected" : "resigned"
      }"?`
    ),
  );
});

test("a member without a quorum says so, once", async () => {
  const [source = "", ...others] = await freeAddresses(3);
  const warnings: string[] = [];
  const logger = { ...quiet, warn: (message: string): void => void warnings.push(message) };
  await using democracy = single({ source, peers: [source, ...others], logger });
  await until("it says that it cannot be elected", () => warnings.length > 0);
  await sleep(QUICK.timeout);
  const silent = others.map((address) => `${address} (never heard)`).join(", ");
  assertEquals(warnings.length, 1, warnings.join("\n"));
  const expected = `1 of 3 voters answers, 2 are needed; silent: ${silent}. Look whether`;
  assertEquals(warnings[0]?.includes(expected), true, warnings[0]);
  assertEquals(democracy.leader(), null);
});

test("nobody has to look at ready", async () => {
  const [source = ""] = await freeAddresses(1);
  await using first = single({ source });
  await first.ready;
  await using second = single({ source });
  await sleep(300);
  await assertRejects(() => second.ready, AddressInUseError);
});

test("a worker that is not there is a WorkerError", async () => {
  await using democracy = single({ workerUrl: new URL("./no_such_worker.ts", import.meta.url) });
  const error = await assertRejects(() => democracy.ready, WorkerError, "no_such_worker.ts");
  const remedy = `"workerUrl" must lead to a module that is 'import "@polis/democracy/worker";'`;
  assertEquals(error.message.includes(remedy), true, `it says what to do: ${error.message}`);
});

test("a worker that dies takes the lead with it, and is reported", async () => {
  const democracy = single({ workerUrl: new URL("./end_to_end/mortal_worker.ts", import.meta.url) });
  const heard: unknown[] = [];
  democracy.on("resigned", ({ reason }) => heard.push([reason, democracy.isLeader()]));
  democracy.on("leader", (leader) => heard.push(leader === null ? "nobody" : "somebody"));
  democracy.on("error", (error) => heard.push(error instanceof WorkerError));
  let reason: unknown;
  const work = democracy.lead(({ signal }) =>
    new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => {
        reason = signal.reason;
        resolve();
      })
    )
  );
  await until("it leads", () => democracy.isLeader());
  const channel = new BroadcastChannel("mortal worker");
  channel.postMessage("die");
  await work;
  channel.close();
  await until("all is told", () => heard.includes(true));
  assert(reason instanceof Error && reason.message.includes("worker-died"));
  assertEquals(heard, ["somebody", ["worker-died", false], "nobody", true]);
  assertEquals(Object.keys(democracy.nodes()), [democracy.id]);
  assertThrows(() => democracy.send("ciao"), WorkerError);
  await democracy.close();
});

test("resign gives the lead up at once, for a while", async () => {
  await using democracy = single();
  await democracy.lead(() => {});
  const resigned = new Promise<string>((resolve) => democracy.once("resigned", ({ reason }) => resolve(reason)));
  const token = democracy.token ?? 0;
  const confirmed = democracy.resign();
  assertEquals([democracy.isLeader(), democracy.token, democracy.leader()], [false, null, null]);
  await confirmed;
  assertEquals(await resigned, "requested");
  assert(await democracy.lead((lead) => lead.token) > token);
});

test("lead: the result, the error, and the end of the lead", async () => {
  await using democracy = single();
  assertEquals(await democracy.lead(() => Promise.resolve(7)), 7);
  const heard: unknown[] = [];
  democracy.once("resigned", ({ reason }) => heard.push(reason));
  await assertRejects(() => democracy.lead(() => Promise.reject(new RangeError("no"))), RangeError, "no");
  assertEquals([heard, democracy.isLeader()], [["failed"], false]);
  // `isLeader()` may be true a moment before the work begins, and one that is given away before that waits for the next.
  let begun = false;
  const reason = democracy.lead(({ signal }) => {
    begun = true;
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
  });
  await until("it leads again", () => begun);
  await democracy.resign();
  assert(`${await reason}`.includes("requested"), `${await reason}`);
});

test("lead: a signal ends the waiting", async () => {
  await using democracy = single({ eligible: false });
  const controller = new AbortController();
  const waiting = democracy.lead(() => 7, { signal: controller.signal });
  setTimeout(() => controller.abort(new RangeError("enough")), 20);
  await assertRejects(() => waiting, RangeError, "enough");
  const closed = democracy.lead(() => 7);
  setTimeout(() => void democracy.close(), 20);
  await assertRejects(() => closed, ClosedError);
});

test("reserved names and bad data are refused", async () => {
  await using democracy = single();
  for (const name of ["error", "elected", "added"]) {
    assertThrows(() => democracy.send(name), TypeError, "reserved");
    assertThrows(() => democracy.publish(name), TypeError, "reserved");
    assertThrows(() => democracy.subscribe(name), TypeError, "reserved");
  }
  assertThrows(() => democracy.send("ciao", () => {}), TypeError);
  assertThrows(() => democracy.send("ciao", "x".repeat(70_000)), RangeError, "65536");
});

Deno.test("leader() is the member itself as soon as it leads, in the handler of elected too", async () => {
  await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [], broadcast: false });
  let seen: unknown;
  democracy.once("elected", () => seen = democracy.leader());
  const token = await democracy.lead(({ token }) => token);
  assertEquals(seen, { id: democracy.id, source: democracy.source, token });
});

Deno.test("lead() wants a function, and says so at once", async () => {
  await using democracy = new Democracy({
    source: "127.0.0.1:0",
    peers: ["127.0.0.1:1", "127.0.0.1:2"],
    broadcast: false,
  });
  const work: unknown = 5;
  await assertRejects(
    () => democracy.lead(work as () => void),
    TypeError,
    'Cannot lead: "work" must be a function, got 5',
  );
});

Deno.test("members with the same id, or with different secrets, are told to look at it", async () => {
  const [first = "", second = ""] = await freeAddresses(2);
  const warnings: string[] = [];
  const logger = { ...quiet, warn: (message: string): void => void warnings.push(message) };
  const shared = { peers: [first, second], interval: 20, timeout: 100, broadcast: false } as const;
  await using _one = new Democracy({ ...shared, source: first, id: "same" });
  await using _two = new Democracy({ ...shared, source: second, id: "same", logger });
  await until("it warns", () => warnings.length > 0);
  assertEquals(warnings, [
    `Datagrams of others are ignored (duplicate-id): the member at ${first} has the "id" "same", and so has this member, ` +
    `at ${second}; it must be unique`,
  ]);
});
