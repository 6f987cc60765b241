import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { PermissionError } from "../../src/errors.ts";
import { ELECTION, TERM, TOKEN } from "../../src/kubernetes/labels.ts";
import { leaseNameOf } from "../../src/kubernetes/lease.ts";
import { type Fencing, kubernetesLease } from "../../src/kubernetes/mod.ts";
import { FakeApiServer, type Json, statusOf } from "./fake/api_server.ts";

const LEASES = "/apis/coordination.k8s.io/v1/namespaces/shop/leases";
const LEASE = `${LEASES}/app`;

function fencing(api: FakeApiServer, patience = 10_000): Fencing {
  return kubernetesLease({ name: "app", patience, ...api.options });
}

function mint(fencing: Fencing, id: string, term: number, signal = new AbortController().signal): Promise<number> {
  return fencing.mint({ id, term, signal });
}

/** A Lease as another member has left it. */
function leaseOf(holder: string, token: number | string, term = Number(token)): Json {
  return {
    metadata: {
      name: "app",
      annotations: { [TOKEN]: String(token), [TERM]: String(term), other: "kept" },
    },
    spec: { holderIdentity: holder, leaseTransitions: 4, leaseDurationSeconds: 15 },
  };
}

function isWrite({ method }: { readonly method: string }): boolean {
  return method !== "GET";
}

Deno.test("kubernetesLease creates the Lease, and replaces it with one read and one write a leadership", async () => {
  await using api = await FakeApiServer.start();
  assertEquals(await mint(fencing(api), "app-0", 1000), 1000);
  assertEquals((api.get(LEASE)?.spec as Json).leaseTransitions, 0);
  assertEquals(await mint(fencing(api), "app-1", 1005), 1005);
  assertEquals(api.seen.map(({ method }) => method), ["GET", "POST", "GET", "PUT"]);
  const { holderIdentity, leaseTransitions, acquireTime } = api.get(LEASE)?.spec as Json;
  assertEquals({ holderIdentity, leaseTransitions }, { holderIdentity: "app-1", leaseTransitions: 1 });
  assertMatch(String(acquireTime), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

Deno.test("kubernetesLease mints a greater token whatever the term, and keeps what others have written", async () => {
  await using api = await FakeApiServer.start();
  api.put(LEASE, leaseOf("app-9", 5000));
  const one = fencing(api);
  assertEquals(await mint(one, "app-0", 1000), 5001);
  const { metadata, spec } = api.get(LEASE) as { metadata: Json; spec: Json };
  assertEquals((metadata.annotations as Json).other, "kept");
  assertEquals([spec.leaseDurationSeconds, spec.leaseTransitions], [15, 5]);
  api.delete(LEASE);
  assertEquals(await mint(one, "app-0", 1001), 5002);
  assertEquals(await mint(fencing(api), "app-1", 6000), 6000);
});

Deno.test("kubernetesLease reads an annotation that is no number as none", async () => {
  await using api = await FakeApiServer.start();
  for (const token of ["", "-1", "1e9", "9".repeat(16), "NaN"]) {
    api.put(LEASE, leaseOf("app-9", token, 1));
    assertEquals(await mint(fencing(api), "app-0", 1000), 1000);
  }
});

Deno.test("kubernetesLease reads again after a conflict, and goes on when its term is later", async () => {
  await using api = await FakeApiServer.start();
  api.put(LEASE, leaseOf("app-9", 900));
  let conflicts = 0;
  api.before = (request) => {
    if (isWrite(request) && conflicts++ < 3) api.put(LEASE, leaseOf("app-8", 1000 + conflicts, 950));
  };
  assertEquals(await mint(fencing(api), "app-0", 1000), 1004);
  assertEquals(api.requests("write").length, 4);
});

Deno.test("kubernetesLease gives up after a conflict with a later leader: a paused process that wakes up", async () => {
  await using api = await FakeApiServer.start();
  api.put(LEASE, leaseOf("app-9", 900));
  api.before = (request) => void (isWrite(request) && api.put(LEASE, leaseOf("app-8", 2000)));
  const error = await assertRejects(() => mint(fencing(api), "app-0", 1000));
  assertMatch((error as Error).message, /"app-8" has the Lease "app" for term 2000/);
  assertEquals(api.requests("write").length, 1);
  assertEquals((api.get(LEASE)?.spec as Json).holderIdentity, "app-8");
});

Deno.test("kubernetesLease creates together with others, and meets a Lease that is deleted meanwhile", async () => {
  await using api = await FakeApiServer.start();
  let step = 0;
  api.before = (request) => {
    if (!isWrite(request)) return;
    step++;
    if (step === 1) api.put(LEASE, leaseOf("app-8", 990));
    if (step === 2) api.delete(LEASE);
  };
  assertEquals(await mint(fencing(api), "app-0", 1000), 1000);
  assertEquals(api.requests("write").map(({ method }) => method), ["POST", "PUT", "POST"]);
});

Deno.test("kubernetesLease does not write twice when an answer was lost", async () => {
  await using api = await FakeApiServer.start();
  api.before = (request) => {
    if (request.method === "POST") api.put(LEASE, request.body as Json);
  };
  api.fault = ({ method }) => method === "POST" ? "break" : undefined;
  assertEquals(await mint(fencing(api), "app-0", 1000), 1000);
  assertEquals(api.requests("write").length, 1);
});

Deno.test("kubernetesLease waits for an API server that is away, up to its patience", async () => {
  await using api = await FakeApiServer.start();
  let failures = 0;
  api.fault = () => failures++ < 3 ? "break" : undefined;
  assertEquals(await mint(fencing(api), "app-0", 1000), 1000);
  api.fault = () => "hang";
  const error = await assertRejects(() => mint(fencing(api, 300), "app-1", 1001));
  assertMatch((error as Error).message, /Cannot mint a token: .* 300 ms/);
});

Deno.test("kubernetesLease stops when nobody needs the token any more", async () => {
  await using api = await FakeApiServer.start();
  api.fault = () => "hang";
  const stop = new AbortController();
  const minting = mint(fencing(api), "app-0", 1000, stop.signal);
  await api.until(() => api.seen.length === 1);
  const reason = new Error("the lease has expired");
  stop.abort(reason);
  assertEquals(await assertRejects(() => minting), reason);
  assertEquals(await assertRejects(() => mint(fencing(api), "app-0", 1000, stop.signal)), reason);
  assertEquals(api.seen.length, 1);
});

Deno.test("kubernetesLease does not write when the leadership ends between the read and the write", async () => {
  await using api = await FakeApiServer.start();
  const stop = new AbortController();
  api.before = () => stop.abort(new Error("over"));
  await assertRejects(() => mint(fencing(api), "app-0", 1000, stop.signal));
  assertEquals(api.requests("write").length, 0);
});

Deno.test("kubernetesLease says which permission is missing, and forgives a server that has just started", async () => {
  await using api = await FakeApiServer.start();
  const forbidden = { status: 403, body: statusOf(403, "Forbidden", 'cannot get resource "leases"') };
  api.fault = () => api.seen.length < 3 ? forbidden : undefined;
  assertEquals(await mint(fencing(api), "app-0", 1000), 1000);
  api.fault = () => forbidden;
  const error = await assertRejects(() => mint(fencing(api), "app-1", 1001), PermissionError);
  assertMatch(error.message, /cannot get resource "leases".*resourceNames: \["app"\], verbs: \["get", "update"\]/);
});

Deno.test("kubernetesLease refuses wrong options early", () => {
  const server = "https://127.0.0.1:1";
  assertMatch(assertThrows(() => kubernetesLease({ name: "App", server }), TypeError).message, /"name" must be a name/);
  assertMatch(
    assertThrows(() => kubernetesLease({ name: "app", server, patience: 5 }), RangeError).message,
    /"patience" must be from 100 to 3600000 ms, got 5/,
  );
});

Deno.test("kubernetesLease keeps a Lease for each election, whose tokens grow by themselves", async () => {
  await using api = await FakeApiServer.start();
  const one = fencing(api);
  const signal = new AbortController().signal;
  const mintFor = (election: string, term: number): Promise<number> =>
    one.mint({ id: "app-0", term, election, signal });
  assertEquals(await mint(one, "app-0", 9000), 9000);
  assertEquals(await mintFor("invoices", 1000), 1000);
  assertEquals(await mintFor("invoices", 999), 1001);
  assertEquals(await mintFor("Rechnungen für März", 1000), 1000);
  const named = (name: string): Json => (api.get(`${LEASES}/${name}`) as { metadata: Json }).metadata;
  assertEquals((named("app.invoices").annotations as Json)[ELECTION], "invoices");
  const hashed = leaseNameOf("app", "Rechnungen für März");
  assertMatch(hashed, /^app\.[0-9a-f]{32}$/);
  assertEquals((named(hashed).annotations as Json)[ELECTION], "Rechnungen für März");
});
