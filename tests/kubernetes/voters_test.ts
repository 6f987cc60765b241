import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { quorumOf } from "../../src/core/election/lease.ts";
import { DiscoveryError } from "../../src/errors.ts";
import { ordinalOf } from "../../src/kubernetes/environment.ts";
import { endpointsPeers, kubernetes, type KubernetesOptions, kubernetesPeers } from "../../src/kubernetes/mod.ts";
import { resolveOptions } from "../../src/options.ts";
import { FakeApiServer, type Json } from "./fake/api_server.ts";
import { Watcher } from "../../scripts/harness/watcher.ts";

const POD = { POD_NAME: "app-0", POD_IP: "10.0.0.7", POD_NAMESPACE: "shop", DEMOCRACY_SERVICE: "app" };
const DEPLOYMENT = { ...POD, POD_NAME: "app-6d4cf56db6-x2x4z" };
const API = { server: "https://127.0.0.1:1" };

const SLICES = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices";
const ENDPOINTS = "/api/v1/namespaces/shop/endpoints";

/** Pods by name, each with its address. */
function slice(pods: Readonly<Record<string, string>>): Json {
  const endpoints = Object.entries(pods).map(([name, ip]) => ({ addresses: [ip], targetRef: { kind: "Pod", name } }));
  return { metadata: { name: "app-x" }, addressType: "IPv4", endpoints };
}

function endpoints(pods: Readonly<Record<string, string>>): Json {
  const addresses = Object.entries(pods).map(([name, ip]) => ({ ip, targetRef: { kind: "Pod", name } }));
  return { metadata: { name: "app" }, subsets: [{ addresses }] };
}

function member(environment: Record<string, string>, options: KubernetesOptions = {}): ReturnType<typeof kubernetes> {
  return kubernetes({ ...API, environment, ...options });
}

function fails(environment: Record<string, string>, options: KubernetesOptions = {}): string {
  return assertThrows(() => member(environment, options), Error).message;
}

Deno.test("the ordinal is what the name of a StatefulSet's pod ends in", () => {
  const table: readonly [string, number | undefined][] = [
    ["app-0", 0],
    ["my-app-12", 12],
    ["app-9999", 9999],
    ["app-01", undefined],
    ["app", undefined],
    ["app-", undefined],
    ["app0", undefined],
    ["app-x", undefined],
    ["app-6d4cf56db6-x2x4z", undefined],
    ["app-6d4cf56db6-24567", undefined],
    ["app-1.5", undefined],
  ];
  for (const [name, ordinal] of table) assertEquals(ordinalOf(name), ordinal, name);
});

Deno.test("all of up to nine replicas vote, of more the seven of the lowest ordinals, and five must agree", () => {
  const table = [[1, 1, "majority"], [9, 9, "majority"], [10, 7, 5], [100, 7, 5]] as const;
  for (const [replicas, voters, quorum] of table) {
    const { settings } = resolveOptions(member({ ...POD, CLUSTER_SIZE: `${replicas}` }));
    assertEquals([settings.clusterSize, settings.quorum], [voters, quorum], `${replicas} replicas`);
  }
  const many = { ...POD, CLUSTER_SIZE: "12" };
  assertEquals(member(many, { quorum: "majority" }).quorum, 5);
  for (const quorum of [4, 7, "none"] as const) assertEquals(member(many, { quorum }).quorum, quorum);
  assertEquals(member({ ...many, DEMOCRACY_VOTERS: "7" }).quorum, undefined, "who says how many vote gets a majority");
});

Deno.test("a StatefulSet of four or more pods may grow to any number: any two quorums share a voter", () => {
  const sideOf = (replicas: number): readonly [voters: number, quorum: number] => {
    const { settings } = resolveOptions(member({ ...POD, CLUSTER_SIZE: `${replicas}` }));
    return [settings.clusterSize, quorumOf(settings.quorum, settings.clusterSize)];
  };
  for (let before = 4; before <= 30; before++) {
    for (let after = Math.max(10, before); after <= 60; after++) {
      const [[few, some], [many, most]] = [sideOf(before), sideOf(after)];
      // Both are the lowest ordinals, so that the fewer are among the others.
      const both = Math.min(few, many);
      const shared = Math.max(0, some - (few - both)) + Math.max(0, most - (many - both)) - both;
      assert(shared > 0, `${before} to ${after}: ${some} of ${few}, and ${most} of ${many}`);
    }
  }
});

Deno.test("DEMOCRACY_VOTERS says how many vote, and the option says it louder", () => {
  const environment = { ...POD, CLUSTER_SIZE: "12", DEMOCRACY_VOTERS: "5" };
  assertEquals(member(environment).clusterSize, 5);
  assertEquals(member(environment, { voters: 3 }).clusterSize, 3);
  assertEquals(member({ ...environment, DEMOCRACY_VOTERS: "" }).clusterSize, 7);
  assertEquals(member({ ...environment, DEMOCRACY_VOTERS: "12" }).clusterSize, 12);
  assertEquals(member({ ...environment, CLUSTER_SIZE: "5", DEMOCRACY_VOTERS: "3" }).clusterSize, 3);
});

Deno.test("by the DNS the voters are named after their ordinals", () => {
  const { voters, clusterSize } = member({ ...POD, POD_NAME: "my-app-11", CLUSTER_SIZE: "12", DEMOCRACY_VOTERS: "3" }, {
    discovery: "dns",
    port: 7,
  });
  assertEquals(voters, ["my-app-0.app.shop.svc:7", "my-app-1.app.shop.svc:7", "my-app-2.app.shop.svc:7"]);
  assertEquals(clusterSize, 3);
  assertEquals(member({ ...POD, CLUSTER_SIZE: "9" }, { discovery: "dns" }).voters, undefined);
});

Deno.test("pods of a Deployment have no ordinals: all of them vote, or none can be told from the others", () => {
  assertEquals(member({ ...DEPLOYMENT, CLUSTER_SIZE: "9" }).clusterSize, 9);
  assertEquals(member({ ...DEPLOYMENT, CLUSTER_SIZE: "12", DEMOCRACY_VOTERS: "12" }).clusterSize, 12);
  const pod = 'pod "app-6d4cf56db6-x2x4z" has none; run them as a StatefulSet';
  assertEquals(
    fails({ ...DEPLOYMENT, CLUSTER_SIZE: "12" }),
    `Cannot join: of 12 replicas 7 vote, those of the lowest ordinals, and ${pod}, or set "voters", or ` +
      "DEMOCRACY_VOTERS, to 12, so that all vote",
  );
  assertMatch(fails({ ...DEPLOYMENT, CLUSTER_SIZE: "5", DEMOCRACY_VOTERS: "3" }), /of 5 replicas 3 vote/);
});

Deno.test("in plain democracy nobody is chosen, and voters that are asked for must be told apart all the same", () => {
  const { clusterSize } = member({ ...DEPLOYMENT, CLUSTER_SIZE: "12" }, { quorum: "none" });
  assertEquals(clusterSize, 12);
  assertMatch(
    fails(DEPLOYMENT, { quorum: "none", voters: 3 }),
    /^Cannot join: 3 vote, those of the lowest ordinals, and pod .* has none; .*, or leave it out, so that all vote$/,
  );
});

Deno.test("numbers of voters that cannot be are refused", () => {
  const environment = { ...POD, CLUSTER_SIZE: "12" };
  assertEquals(fails(environment, { voters: 13 }), '"voters" must be at most "clusterSize" (12), got 13');
  for (const voters of [0, -1, 1.5, NaN]) {
    assertEquals(fails(environment, { voters }), `"voters" must be a whole number of at least 1, got ${voters}`);
  }
  assertEquals(
    fails({ ...environment, DEMOCRACY_VOTERS: "many" }),
    'DEMOCRACY_VOTERS must be a whole number, got "many"',
  );
  const service = { ...API, service: "app", port: 7 };
  for (const make of [kubernetesPeers, endpointsPeers]) {
    assertMatch(
      assertThrows(() => make({ ...service, voters: 0 }), RangeError).message,
      /"voters" must be a whole number of at least 1, got 0/,
    );
  }
});

for (const kind of ["api", "endpoints"] as const) {
  const put = (api: FakeApiServer, pods: Readonly<Record<string, string>>): void => {
    if (kind === "api") api.put(`${SLICES}/app-x`, slice(pods));
    else api.put(`${ENDPOINTS}/app`, endpoints(pods));
  };
  const make = kind === "api" ? kubernetesPeers : endpointsPeers;

  Deno.test(`${kind}: the pods of the lowest ordinals vote, whichever of them are there`, async () => {
    await using api = await FakeApiServer.start();
    put(api, { "app-10": "10.0.0.1", "app-1": "10.0.0.2", "app-2": "10.0.0.3" });
    await using seen = new Watcher(make({ service: "app", port: 7, voters: 2, ...api.options }));
    assertEquals(await seen.update(0), ["10.0.0.1:7", "10.0.0.2:7", "10.0.0.3:7"]);
    assertEquals(seen.voters[0], [["10.0.0.2:7"], 2], "app-0 is yet to come, and counts");
    await api.until(() => api.requests("watch").length > 0);
    put(api, { "app-10": "10.0.0.1", "app-1": "10.0.0.2", "app-0": "10.0.0.3" });
    await seen.update(1);
    assertEquals(seen.voters[1], [["10.0.0.2:7", "10.0.0.3:7"], 2], "the same addresses, under other names");
  });

  Deno.test(`${kind}: without a number all pods vote`, async () => {
    await using api = await FakeApiServer.start();
    put(api, { "app-6d4cf56db6-x2x4z": "10.0.0.1" });
    await using seen = new Watcher(make({ service: "app", port: 7, ...api.options }));
    await seen.update(0);
    assertEquals(seen.voters, [[undefined, undefined]]);
  });

  Deno.test(`${kind}: pods without ordinals cannot be told apart`, async () => {
    await using api = await FakeApiServer.start();
    put(api, { "app-0": "10.0.0.1", "app-6d4cf56db6-x2x4z": "10.0.0.2" });
    await using seen = new Watcher(make({ service: "app", port: 7, voters: 2, ...api.options }));
    await seen.until(() => seen.error !== undefined);
    assertInstanceOf(seen.error, DiscoveryError);
    assertMatch(
      seen.error.message,
      /"voters" needs the pods of a StatefulSet, whose names end in an ordinal, got "app-6d4cf56db6-x2x4z" at 10\.0\.0\.2:7/,
    );
  });
}
