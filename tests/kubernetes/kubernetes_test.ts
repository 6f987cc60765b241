import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { kubernetes, type KubernetesOptions, podAddress, podIdentity } from "../../src/kubernetes/mod.ts";
import { CLUSTER_SIZE } from "../../src/kubernetes/labels.ts";
import { BOUNDS } from "../../src/limits.ts";
import { resolveOptions } from "../../src/options.ts";
import { FakeApiServer } from "./fake/api_server.ts";
import { Watcher } from "../../scripts/harness/watcher.ts";

const POD = { POD_NAME: "app-0", POD_IP: "10.0.0.7", POD_NAMESPACE: "shop" };
const ENVIRONMENT = {
  ...POD,
  CLUSTER_SIZE: "3",
  DEMOCRACY_SERVICE: "app",
};
const API = { server: "https://127.0.0.1:1" };

function fails(options: KubernetesOptions): string {
  return (assertThrows(() => kubernetes({ ...API, ...options })) as Error).message;
}

Deno.test("kubernetes makes the options of a member out of the environment alone", () => {
  const environment = {
    ...ENVIRONMENT,
    DEMOCRACY_PORT: "7",
    DEMOCRACY_SECRET: "a secret of the test",
    DEMOCRACY_LEASE: "app",
  };
  const member = kubernetes({ ...API, environment });
  const { settings, fencing } = resolveOptions(member);
  assertEquals([settings.source, settings.id, settings.clusterSize], ["10.0.0.7:7", "app-0", 3]);
  assertEquals(settings.secrets, ["a secret of the test"]);
  assertEquals(typeof fencing?.mint, "function");
});

Deno.test("kubernetes takes the namespace and the Service for the name of the election, unless told otherwise", () => {
  const clusterOf = (variables: Record<string, string>, options: KubernetesOptions = {}): unknown =>
    resolveOptions(kubernetes({ ...API, environment: { ...ENVIRONMENT, ...variables }, ...options })).settings.cluster;
  assertEquals(clusterOf({}), "shop/app");
  assertEquals(clusterOf({ POD_NAMESPACE: "till" }, { service: "cash" }), "till/cash");
  assertEquals(clusterOf({ DEMOCRACY_CLUSTER: "" }), "shop/app");
  assertEquals(clusterOf({ DEMOCRACY_CLUSTER: "jobs" }), "jobs");
  assertEquals(clusterOf({ DEMOCRACY_CLUSTER: "jobs" }, { cluster: "mail" }), "mail");
});

Deno.test("kubernetes reads one secret or several, from a variable or a file", async () => {
  const path = await Deno.makeTempFile({ prefix: "democracy_" });
  try {
    await Deno.writeTextFile(path, "the new secret\nthe old secret \n\n");
    const secretOf = (variables: Record<string, string>): unknown =>
      kubernetes({ ...API, environment: { ...ENVIRONMENT, ...variables } }).secret;
    assertEquals(secretOf({}), undefined);
    assertEquals(secretOf({ DEMOCRACY_SECRET: "", DEMOCRACY_SECRET_FILE: "" }), undefined);
    assertEquals(secretOf({ DEMOCRACY_SECRET: "one\n" }), "one");
    assertEquals(secretOf({ DEMOCRACY_SECRET: "one\r\ntwo" }), ["one", "two"]);
    assertEquals(secretOf({ DEMOCRACY_SECRET_FILE: path }), ["the new secret", "the old secret"]);
    const both = { ...ENVIRONMENT, DEMOCRACY_SECRET: "hunter2", DEMOCRACY_SECRET_FILE: path };
    assertEquals(
      fails({ environment: both }),
      "Cannot join: of DEMOCRACY_SECRET and DEMOCRACY_SECRET_FILE only one may be set",
    );
    await Deno.writeTextFile(path, " \n");
    const empty = { ...ENVIRONMENT, DEMOCRACY_SECRET_FILE: path };
    assertStringIncludes(fails({ environment: empty }), `The secret file ${path} has no secret`);
    const missing = { ...ENVIRONMENT, DEMOCRACY_SECRET_FILE: `${path}/none` };
    assertStringIncludes(fails({ environment: missing }), `Cannot read the secret file ${path}/none: `);
    assertStringIncludes(fails({ environment: { ...ENVIRONMENT, DEMOCRACY_SECRET: " " } }), "DEMOCRACY_SECRET must");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("kubernetes prefers what the options say", () => {
  const environment = { ...ENVIRONMENT, DEMOCRACY_DISCOVERY: "nonsense", DEMOCRACY_PORT: "7" };
  const member = kubernetes({ environment, port: 8, clusterSize: 5, discovery: "dns" });
  assertEquals([member.source, member.clusterSize, member.fencing], ["10.0.0.7:8", 5, undefined]);
  const { settings } = resolveOptions(
    kubernetes({ ...API, environment: { ...POD, POD_IP: "FD00:0::7" }, service: "app", quorum: "none" }),
  );
  assertEquals([settings.source, settings.quorum], ["[fd00::7]:12345", "none"]);
});

Deno.test("kubernetes wants the size of the cluster, and says why a live count would be unsafe", () => {
  const message = fails({ environment: { ...ENVIRONMENT, CLUSTER_SIZE: "", DEMOCRACY_DISCOVERY: "dns" } });
  assertMatch(
    message,
    /"clusterSize", or CLUSTER_SIZE, must be set.*each part would count itself.*elect a leader of its own/,
  );
  assertMatch(
    fails({ environment: { ...ENVIRONMENT, CLUSTER_SIZE: "three" } }),
    /CLUSTER_SIZE must be a whole number, got "three"/,
  );
});

Deno.test("kubernetes leaves it to the Service how many replicas there are to be, and until it tells nobody is elected", async () => {
  await using api = await FakeApiServer.start();
  const path = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/app-x";
  const slice = { addressType: "IPv4", endpoints: [{ addresses: ["10.0.0.7"] }] };
  api.put(path, { ...slice, metadata: { name: "app-x" } });
  const { server, serviceAccount } = api.options;
  const { peers, ...member } = kubernetes({
    server,
    serviceAccount,
    environment: { ...ENVIRONMENT, CLUSTER_SIZE: "" },
  });
  assertEquals(member.clusterSize, BOUNDS.maxClusterSize);
  await using seen = new Watcher(peers, "10.0.0.7:12345");
  await seen.update(0);
  assertEquals(seen.voters[0]?.[1], undefined);
  assertMatch(
    String(seen.messages("error")),
    /Nobody can be elected: .*"democracy.polis\/cluster-size" of Service "app"/,
  );
  await api.until(() => api.requests("watch").length > 0);
  for (const [index, size] of [3, 5].entries()) {
    api.put(path, { ...slice, metadata: { name: "app-x", labels: { [CLUSTER_SIZE]: String(size) } } });
    await seen.update(index + 1);
    assertEquals(seen.voters[index + 1]?.[1], size);
  }
  assertEquals(seen.messages("error").length, 1);
});

Deno.test("kubernetes gives the election the name of the namespace and the Service, unless told otherwise", () => {
  const nameOf = (variables: Record<string, string>, options: KubernetesOptions = {}): unknown =>
    kubernetes({ ...API, ...options, environment: { ...ENVIRONMENT, ...variables } }).cluster;
  assertEquals(nameOf({}), "shop/app");
  assertEquals(nameOf({ DEMOCRACY_CLUSTER: "jobs" }), "jobs");
  assertEquals(nameOf({ DEMOCRACY_CLUSTER: "jobs" }, { cluster: "others" }), "others");
});

Deno.test("kubernetes reads the timings and the weight, which is greater for a lower ordinal", () => {
  const read = (variables: Record<string, string>): unknown => {
    const { interval, timeout, weight } = kubernetes({ ...API, environment: { ...ENVIRONMENT, ...variables } });
    return [interval, timeout, weight];
  };
  assertEquals(read({}), [undefined, undefined, 1]);
  assertEquals(read({ POD_NAME: "app-3", DEMOCRACY_INTERVAL: "1s", DEMOCRACY_TIMEOUT: "5000" }), [1000, 5000, 0.25]);
  assertEquals(read({ POD_NAME: "app-5d4f-x7k2p" }), [undefined, undefined, undefined]);
  assertEquals(read({ DEMOCRACY_WEIGHT: "-2.5" }), [undefined, undefined, -2.5]);
  const environment = { ...ENVIRONMENT, DEMOCRACY_TIMEOUT: "soon" };
  assertMatch(fails({ environment }), /DEMOCRACY_TIMEOUT must be a duration like .*got "soon"/);
  assertMatch(
    fails({ environment: { ...ENVIRONMENT, DEMOCRACY_WEIGHT: "heavy" } }),
    /DEMOCRACY_WEIGHT must be a number/,
  );
});

Deno.test("kubernetes says what is wrong", () => {
  assertMatch(fails({ environment: { ...ENVIRONMENT, DEMOCRACY_SERVICE: "" } }), /set "service", or DEMOCRACY_SERVICE/);
  assertMatch(
    fails({ environment: { ...ENVIRONMENT, DEMOCRACY_PORT: "70000" } }),
    /"port" must be a port from 1 to 65535, got 70000/,
  );
  assertMatch(
    fails({ environment: { ...ENVIRONMENT, DEMOCRACY_DISCOVERY: "gossip" } }),
    /"discovery" must be .* got "gossip"/,
  );
  assertMatch(fails({ environment: { ...ENVIRONMENT, POD_IP: "host" } }), /POD_IP must be an IP address, got "host"/);
  const outside = assertThrows(() => kubernetes({ environment: ENVIRONMENT }), TypeError);
  assertMatch(outside.message, /KUBERNETES_SERVICE_HOST is not set, so this is no pod/);
});

Deno.test("podIdentity names the missing field, with the YAML that adds it", () => {
  const { message } = assertThrows(() => podIdentity({ ...POD, POD_IP: "" }), TypeError);
  assertStringIncludes(message, "POD_IP is not set");
  assertStringIncludes(message, "  - name: POD_IP\n    valueFrom:\n      fieldRef:\n        fieldPath: status.podIP");
  assertEquals(message.includes("POD_NAME"), false);
  const all = assertThrows(() => podIdentity({}), TypeError).message;
  for (const path of ["metadata.name", "status.podIP", "metadata.namespace"]) {
    assertStringIncludes(all, `fieldPath: ${path}`);
  }
});

Deno.test("podAddress puts brackets around IPv6", () => {
  assertEquals(podAddress({ ip: "10.0.0.7" }, 7), "10.0.0.7:7");
  assertEquals(podAddress({ ip: "fd00::7" }, 7), "[fd00::7]:7");
});
