import { assertEquals, assertInstanceOf, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { DiscoveryError } from "../../src/errors.ts";
import { endpointsPeers, kubernetesPeers } from "../../src/kubernetes/mod.ts";
import { FakeApiServer, type Json, statusOf } from "./fake/api_server.ts";
import { Watcher } from "../../scripts/harness/watcher.ts";

const SLICES = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices";

function slice(name: string, ...ips: readonly string[]): Json {
  return { metadata: { name }, addressType: "IPv4", endpoints: ips.map((ip) => ({ addresses: [ip] })) };
}

function put(api: FakeApiServer, name: string, ...ips: readonly string[]): void {
  api.put(`${SLICES}/${name}`, slice(name, ...ips));
}

function watcher(api: FakeApiServer, source?: string): Watcher {
  return new Watcher(kubernetesPeers({ service: "app", port: 7, retry: 10, ...api.options }), source);
}

async function watched(api: FakeApiServer, times = 1): Promise<void> {
  await api.until(() => api.requests("watch").length >= times);
}

Deno.test("kubernetesPeers lists the slices of the Service, and then watches them", async () => {
  await using api = await FakeApiServer.start();
  put(api, "app-x", "10.0.0.2");
  put(api, "app-y", "10.0.0.1", "10.0.0.2");
  await using seen = watcher(api);
  assertEquals(await seen.update(0), ["10.0.0.1:7", "10.0.0.2:7"]);
  await watched(api);
  assertEquals(api.requests("list")[0]?.query.get("labelSelector"), "kubernetes.io/service-name=app");
  const query = api.requests("watch")[0]?.query;
  assertEquals(query?.get("allowWatchBookmarks"), "true");
  assertEquals(query?.get("resourceVersion"), "102");
  put(api, "app-y", "10.0.0.3");
  assertEquals(await seen.update(1), ["10.0.0.2:7", "10.0.0.3:7"]);
  api.delete(`${SLICES}/app-x`);
  assertEquals(await seen.update(2), ["10.0.0.3:7"]);
});

Deno.test("kubernetesPeers goes on where the watch ended, with the version of the last bookmark", async () => {
  await using api = await FakeApiServer.start();
  put(api, "app-x", "10.0.0.1");
  await using seen = watcher(api);
  await watched(api);
  api.send({ type: "BOOKMARK", object: { metadata: { resourceVersion: "777" } } });
  api.endWatches();
  await watched(api, 2);
  assertEquals(api.requests("watch")[1]?.query.get("resourceVersion"), "777");
  assertEquals(api.requests("list").length, 1);
  put(api, "app-x", "10.0.0.2");
  assertEquals(await seen.update(1), ["10.0.0.2:7"]);
  assertEquals(seen.messages("warn"), []);
});

for (const how of ["an event", "an answer"]) {
  Deno.test(`kubernetesPeers lists again after 410 as ${how}`, async () => {
    await using api = await FakeApiServer.start();
    put(api, "app-x", "10.0.0.1");
    put(api, "app-y", "10.0.0.2");
    await using seen = watcher(api);
    await watched(api);
    const gone = statusOf(410, "Expired", "too old resource version: 1 (2)");
    if (how === "an event") {
      api.send({ type: "ERROR", object: gone });
    } else {
      let once = true;
      api.fault = ({ query }) =>
        query.has("watch") && once && !(once = false) ? { status: 410, body: gone } : undefined;
    }
    // Lost together with the watch: only a list can tell.
    api.endWatches();
    api.delete(`${SLICES}/app-y`);
    assertEquals(await seen.update(1), ["10.0.0.1:7"]);
    assertEquals(api.requests("list").length, 2);
    assertEquals(seen.messages("warn"), []);
  });
}

Deno.test("kubernetesPeers keeps the peers while the API server fails, and says so once", async () => {
  await using api = await FakeApiServer.start();
  put(api, "app-x", "10.0.0.1");
  await using seen = watcher(api);
  await watched(api);
  let failures = 0;
  api.fault = () =>
    ["break" as const, { status: 503, body: "<html>" }, { status: 401 }, { status: 403 }][failures++ % 4];
  api.endWatches("break");
  await api.until(() => failures >= 8);
  api.fault = () => undefined;
  put(api, "app-x", "10.0.0.2");
  api.fault = () => undefined;
  await watched(api, 10);
  put(api, "app-x", "10.0.0.3");
  await seen.until(() => seen.updates.at(-1)?.[0] === "10.0.0.3:7");
  assertEquals(seen.updates[0], ["10.0.0.1:7"]);
  await seen.until(() => seen.stale.at(-1) === false);
  assertEquals(seen.stale[0], true, "what was said last may be out of date");
  assertEquals(seen.messages("warn").length, 1);
  assertMatch(seen.messages("warn")[0] ?? "", /keeping what is known, and trying again/);
  assertEquals(seen.error, undefined);
});

Deno.test("kubernetesPeers survives events that are none", async () => {
  await using api = await FakeApiServer.start();
  put(api, "app-x", "10.0.0.1");
  await using seen = watcher(api);
  await watched(api);
  api.send({
    type: "ADDED",
    object: { metadata: { name: "__proto__" }, endpoints: [{ addresses: ["nonsense"] }, null, 7] },
  });
  api.send({ type: "ADDED", object: "nonsense" });
  api.send("nonsense");
  await watched(api, 2);
  put(api, "app-x", "10.0.0.2");
  assertEquals(await seen.update(1), ["10.0.0.2:7"]);
});

Deno.test("kubernetesPeers sends the token that is mounted now", async () => {
  await using api = await FakeApiServer.start();
  put(api, "app-x", "10.0.0.1");
  await using _seen = watcher(api);
  await watched(api);
  await api.writeToken("second");
  api.endWatches();
  await watched(api, 2);
  assertEquals(api.requests("watch").map(({ token }) => token), ["first", "second"]);
});

Deno.test("kubernetesPeers throws when the API server forbids it from the start", async () => {
  await using api = await FakeApiServer.start();
  api.fault = () => ({ status: 403, body: statusOf(403, "Forbidden", 'cannot list resource "endpointslices"') });
  await using seen = watcher(api);
  await seen.until(() => seen.error !== undefined);
  assertInstanceOf(seen.error, DiscoveryError);
  assertStringIncludes(seen.error.message, 'cannot list resource "endpointslices"');
  assertStringIncludes(seen.error.message, 'verbs: ["list", "watch"]');
});

Deno.test("kubernetesPeers throws when this pod has no token", async () => {
  await using api = await FakeApiServer.start();
  const serviceAccount = `${api.folder}/missing`;
  await using seen = new Watcher(kubernetesPeers({ service: "app", port: 7, ...api.options, serviceAccount }));
  await seen.until(() => seen.error !== undefined);
  assertInstanceOf(seen.error, DiscoveryError);
  assertStringIncludes(seen.error.message, "automountServiceAccountToken");
});

Deno.test("kubernetesPeers takes addresses of its own family, and keeps them when nobody is named", async () => {
  await using api = await FakeApiServer.start();
  put(api, "app-x", "10.0.0.1");
  api.put(`${SLICES}/app-6`, { ...slice("app-6", "FD00:0::1"), addressType: "IPv6" });
  await using four = watcher(api);
  await using six = watcher(api, "[fd00::9]:7");
  assertEquals(await four.update(0), ["10.0.0.1:7"]);
  assertEquals(await six.update(0), ["[fd00::1]:7"]);
  await watched(api, 2);
  api.delete(`${SLICES}/app-x`);
  await four.until(() => four.messages("warn").some((message) => /names? nobody, though this pod runs/.test(message)));
  assertEquals(four.updates.length, 1);
});

Deno.test("endpointsPeers follows the Endpoints object of the Service", async () => {
  await using api = await FakeApiServer.start();
  const path = "/api/v1/namespaces/shop/endpoints";
  const endpoints = (...ips: readonly string[]): Json => ({
    metadata: { name: "app" },
    subsets: [{ addresses: ips.map((ip) => ({ ip })), notReadyAddresses: [{ ip: "10.0.0.9" }] }],
  });
  api.put(`${path}/app`, endpoints("10.0.0.1"));
  await using seen = new Watcher(endpointsPeers({ service: "app", port: 7, ...api.options }));
  assertEquals(await seen.update(0), ["10.0.0.1:7", "10.0.0.9:7"]);
  await watched(api);
  assertEquals(api.requests("list")[0]?.query.get("fieldSelector"), "metadata.name=app");
  api.put(`${path}/app`, endpoints("10.0.0.1", "10.0.0.2"));
  assertEquals(await seen.update(1), ["10.0.0.1:7", "10.0.0.2:7", "10.0.0.9:7"]);
});

Deno.test("kubernetesPeers refuses wrong options early", () => {
  const fine = { service: "app", port: 7, server: "https://127.0.0.1:1" };
  const wrong: readonly [object, typeof TypeError | typeof RangeError, RegExp][] = [
    [{ service: "../secrets" }, TypeError, /"service" must be a name of Kubernetes.*got "\.\.\/secrets"/],
    [{ namespace: "a/b" }, TypeError, /"namespace" must be a name/],
    [{ port: 0 }, RangeError, /"port" must be a port from 1 to 65535, got 0/],
    [{ port: "7" }, TypeError, /"port" must be a port number, got "7"/],
    [{ including: "all" }, TypeError, /"including" must be "running", "serving" or "ready", got "all"/],
    [{ server: "http://127.0.0.1" }, TypeError, /"server" must be a URL like https/],
    [{ servise: "app" }, TypeError, /Unknown option "servise"/],
  ];
  for (const [change, type, message] of wrong) {
    const error = assertThrows(() => kubernetesPeers({ ...fine, ...change }), type);
    assertMatch(error.message, message);
  }
});
