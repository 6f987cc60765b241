import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parse, parseAllDocuments, stringify } from "yaml";
import { manifestOptions, manifestYaml } from "../../src/cli/manifests.ts";
import type { Values } from "../../src/cli/settings.ts";
import { UsageError } from "../../src/cli/usage_error.ts";
import { CLUSTER_SIZE } from "../../src/kubernetes/labels.ts";
import { kubernetes } from "../../src/kubernetes/mod.ts";
import { manifests } from "../../src/manifests/mod.ts";
import { capture, ROOT } from "../../scripts/harness/process.ts";
import { runCli } from "../../scripts/harness/command.ts";
import { manifestVariants } from "./variants.ts";

const FINE: Values = { name: "app", image: "registry.example/app:1" };

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Labelled {
  readonly matchLabels: Readonly<Record<string, string>>;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

/** As much as the tests read of a container. */
interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env: readonly Variable[];
  readonly restartPolicy?: string;
  readonly resources: unknown;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
}

interface Probe {
  readonly httpGet: { readonly path: string };
}

/** As much as the tests read of a pod. */
interface Pod {
  readonly automountServiceAccountToken?: boolean;
  readonly containers: readonly [Container];
  readonly initContainers?: readonly [Container];
  readonly terminationGracePeriodSeconds: number;
  readonly volumes?: readonly {
    readonly name: string;
    readonly secret: { readonly secretName: string; readonly items: readonly [{ readonly path: string }] };
  }[];
}

/** As much as the tests read of a workload. */
interface Workload {
  readonly spec: {
    readonly minReadySeconds: number;
    readonly selector: Labelled;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: Pod;
    };
  };
}

/** As much as the tests read of the objects. */
interface Objects {
  readonly Lease?: { readonly metadata: Metadata };
  readonly ServiceAccount: { readonly automountServiceAccountToken: boolean };
  readonly Role?: { readonly rules: unknown };
  readonly RoleBinding?: { readonly subjects: readonly { readonly namespace?: string }[] };
  readonly Service: {
    readonly metadata: Metadata;
    readonly spec: {
      readonly clusterIP: string;
      readonly publishNotReadyAddresses: boolean;
      readonly selector: unknown;
    };
  };
  readonly StatefulSet?: Workload;
  readonly Deployment?: Workload;
  readonly PodDisruptionBudget: {
    readonly spec: { readonly selector: Labelled; readonly unhealthyPodEvictionPolicy: string };
  };
  readonly NetworkPolicy: { readonly spec: { readonly ingress: readonly unknown[] } };
}

async function objectsOf(values: Values = {}): Promise<Objects> {
  const documents = parseAllDocuments(await manifestYaml(manifestOptions({ ...FINE, ...values })));
  return Object.fromEntries(documents.map((document) => [document.toJS().kind, document.toJS()])) as unknown as Objects;
}

function workloadOf({ StatefulSet, Deployment }: Objects): Workload {
  const found = StatefulSet ?? Deployment;
  assert(found);
  return found;
}

Deno.test("every variant of the manifests fits its schema", () => {
  for (const values of manifestVariants("shop")) assert(manifests(manifestOptions(values)).length >= 5);
});

Deno.test("manifests that do not fit their schema are refused", () => {
  assertThrows(() => manifests({ ...manifestOptions(FINE), replicas: "3" as unknown as number }));
});

Deno.test("the Role allows what is needed and no more", async () => {
  const endpointSlices = { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] };
  const leases = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
  assertEquals((await objectsOf()).Role?.rules, [endpointSlices]);
  for (const [lease, name] of [[true, "app"], ["jobs", "jobs"]]) {
    assertEquals((await objectsOf({ discovery: "dns", lease })).Role?.rules, [
      { ...leases, resourceNames: [name], verbs: ["get", "update"] },
    ]);
  }
  const dns = await objectsOf({ discovery: "dns" });
  const mounts = (objects: Objects): unknown => workloadOf(objects).spec.template.spec.automountServiceAccountToken;
  assertEquals([mounts(dns), mounts(await objectsOf())], [false, undefined]);
  assertEquals([dns.Role, dns.RoleBinding, dns.ServiceAccount.automountServiceAccountToken], [
    undefined,
    undefined,
    false,
  ]);
});

Deno.test("the Service is headless, lists pods that are not ready, and selects the pods", async () => {
  for (const workload of ["statefulset", "deployment"]) {
    const objects = await objectsOf({ workload, port: 7 });
    const { spec } = objects.Service;
    assertEquals([spec.clusterIP, spec.publishNotReadyAddresses], ["None", true]);
    const { template, selector } = workloadOf(objects).spec;
    const { labels } = template.metadata;
    assertEquals(spec.selector, labels);
    assertEquals(selector.matchLabels, labels);
    assertEquals(objects.PodDisruptionBudget.spec.selector.matchLabels, labels);
    const [election] = objects.NetworkPolicy.spec.ingress;
    assertEquals(election, { from: [{ podSelector: { matchLabels: labels } }], ports: [{ protocol: "UDP", port: 7 }] });
  }
});

Deno.test("a pod of the manifests has the environment that a member needs", async () => {
  const pace = { interval: 400, timeout: 2000 };
  const objects = await objectsOf({ port: 7, replicas: 5, discovery: "dns", secretName: "app-secret", ...pace });
  const [container] = workloadOf(objects).spec.template.spec.containers;
  const fields: Record<string, string> = {
    "metadata.name": "app-0",
    "status.podIP": "10.0.0.7",
    "metadata.namespace": "shop",
  };
  const environment = Object.fromEntries(
    container.env.map(({ name, value, valueFrom }) => [
      name,
      value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ""],
    ]),
  );
  const { DEMOCRACY_SECRET_FILE: path, ...others } = environment;
  const { source, id, cluster, clusterSize, interval, timeout } = kubernetes({ environment: others });
  assertEquals({ source, id, cluster, clusterSize, interval, timeout }, {
    source: "10.0.0.7:7",
    id: "app-0",
    cluster: "shop/app",
    clusterSize: 5,
    ...pace,
  });
  const [mount] = container.volumeMounts ?? [];
  const [volume] = workloadOf(objects).spec.template.spec.volumes ?? [];
  assertEquals(`${mount?.mountPath}/${volume?.secret.items[0].path}`, path);
  assertEquals([volume?.secret.secretName, mount?.name], ["app-secret", volume?.name]);
});

Deno.test("the probes ask whether the process is well, and whether the member has joined and may vote", async () => {
  const [container] = workloadOf(await objectsOf()).spec.template.spec.containers;
  const { startupProbe, livenessProbe, readinessProbe } = container;
  const paths = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet.path);
  assertEquals(paths, ["/healthz", "/healthz", "/readyz"]);
});

Deno.test("the namespace stands only where it was asked for", async () => {
  const yaml = await manifestYaml(manifestOptions({ ...FINE, lease: true }));
  assertEquals(yaml.match(/namespace: .*/gu), null);
  const { RoleBinding, Lease } = await objectsOf({ lease: true, namespace: "shop" });
  assertEquals([RoleBinding?.subjects[0]?.namespace, Lease?.metadata.namespace], ["shop", "shop"]);
});

Deno.test("the Lease is shipped, empty, so that nobody needs the right to make one", async () => {
  assertEquals((await objectsOf()).Lease, undefined);
  const { Lease } = await objectsOf({ lease: "jobs" });
  assertEquals(Lease?.metadata.name, "jobs");
  assertEquals("spec" in Lease!, false);
});

Deno.test("another number of replicas changes no pod, where members learn it from their Service", async () => {
  const [three, five] = [await objectsOf(), await objectsOf({ replicas: 5 })];
  assertEquals(five.Service.metadata.labels[CLUSTER_SIZE], "5");
  assertEquals(workloadOf(five).spec.template, workloadOf(three).spec.template);
  for (const values of [{ discovery: "dns" }, { replicas: 10 }, { voters: 3 }]) {
    const objects = await objectsOf(values);
    assertEquals(objects.Service.metadata.labels[CLUSTER_SIZE], undefined);
    const [{ env }] = workloadOf(objects).spec.template.spec.containers;
    assertEquals(env.find(({ name }) => name === "CLUSTER_SIZE")?.value, String(values.replicas ?? 3));
  }
});

Deno.test("a rollout takes its time, the longer the later pods hear of one another, and a pod to end", async () => {
  const settling = async (values: Values): Promise<number> => workloadOf(await objectsOf(values)).spec.minReadySeconds;
  assert(await settling({ discovery: "dns" }) > await settling({}));
  assert(await settling({ workload: "deployment" }) > 0);
  const grace = async (values: Values): Promise<number> =>
    workloadOf(await objectsOf(values)).spec.template.spec.terminationGracePeriodSeconds;
  assertEquals([await grace({}), await grace({ timeout: 60_000 })], [30, 240]);
  assertEquals((await objectsOf()).PodDisruptionBudget.spec.unhealthyPodEvictionPolicy, "AlwaysAllow");
});

Deno.test("with a sidecar that is the member, and starts before the application and ends after it", async () => {
  const sidecar = "registry.example/democracy:1";
  const { containers: [app], initContainers } =
    workloadOf(await objectsOf({ sidecar, secretName: "s" })).spec.template.spec;
  const [member] = initContainers!;
  assertEquals([member.image, member.restartPolicy, member.args], [sidecar, "Always", [
    "sidecar",
    "--http=0.0.0.0:4040",
  ]]);
  assertEquals(member.readinessProbe?.httpGet.path, "/readyz");
  assert(member.env.some(({ name }) => name === "DEMOCRACY_SERVICE") && member.volumeMounts?.length === 1);
  assertEquals([app.image, app.readinessProbe, app.volumeMounts], [FINE.image, undefined, undefined]);
  assertEquals(app.env.find(({ name }) => name === "ELECTOR_GET_URL")?.value, "http://127.0.0.1:4040/");
});

Deno.test("a pod may be started where a quota wants to know what it takes", async () => {
  const { containers, initContainers } =
    workloadOf(await objectsOf({ sidecar: "registry.example/democracy:1" })).spec.template.spec;
  for (const { resources } of [...containers, ...initContainers!]) {
    assertEquals(Object.keys(resources as object), ["requests", "limits"]);
  }
});

/** The command that builds a folder, by whichever program brings it. */
async function kustomizeBuild(): Promise<readonly [string, ...string[]] | undefined> {
  if ((await capture("kustomize", ["version"])).ok) return ["kustomize", "build"];
  return (await capture("kubectl", ["kustomize", "--help"])).ok ? ["kubectl", "kustomize"] : undefined;
}

Deno.test("--format kustomize writes a base that knows where names stand", async () => {
  const folder = await Deno.makeTempDir({ prefix: "democracy_base_" });
  try {
    const base = ["manifests", "--name", "app", "--image", "registry.example/app:1", "--lease"];
    const { code, stdout } = await runCli([...base, "--format", "kustomize", "--output", `${folder}/base`]);
    assertEquals([code, stdout], [0, ""]);
    const read = async (name: string): Promise<string> => await Deno.readTextFile(`${folder}/base/${name}`);
    assertEquals(await read("resources.yaml"), await manifestYaml(manifestOptions({ ...FINE, lease: true })));
    const { resources, configurations } = parse(await read("kustomization.yaml"));
    assertEquals([resources, configurations], [["resources.yaml"], ["references.yaml"]]);
    const build = await kustomizeBuild();
    if (build === undefined) return console.log("there is no kustomize to try the base with, and no kubectl");
    const overlay = { resources: ["base"], namePrefix: "eu-", namespace: "shop" };
    await Deno.writeTextFile(`${folder}/kustomization.yaml`, stringify(overlay));
    const built = await capture(build[0], [...build.slice(1), folder]);
    assert(built.ok, built.stderr);
    const objects = Object.fromEntries(parseAllDocuments(built.stdout).map((each) => [each.toJS().kind, each.toJS()]));
    const { StatefulSet, Service, Lease, Role } = objects as unknown as Objects;
    const [{ env }] = StatefulSet!.spec.template.spec.containers;
    const valueOf = (variable: string): unknown => env.find(({ name }) => name === variable)?.value;
    assertEquals([Service.metadata.name, Lease?.metadata.name], ["eu-app", "eu-app"]);
    assertEquals([valueOf("DEMOCRACY_SERVICE"), valueOf("DEMOCRACY_LEASE")], ["eu-app", "eu-app"]);
    assertEquals((Role?.rules as { resourceNames?: string[] }[]).at(-1)?.resourceNames, ["eu-app"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("fewer replicas than survive anything are warned of, and half of what a base needs is refused", async () => {
  const base = ["manifests", "--name", "app", "--image", "registry.example/app:1"];
  for (
    const [replicas, warning] of [["1", /With 1 replica nobody takes over/], [
      "2",
      /With 2 replicas both are needed/,
    ]] as const
  ) {
    const { code, stderr } = await runCli([...base, "--replicas", replicas]);
    assertEquals(code, 0);
    assertMatch(stderr, warning);
  }
  const { code, stderr } = await runCli([...base, "--format", "kustomize"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--format kustomize and --output go together");
});

Deno.test("settings that will not do are told", () => {
  const wrong: readonly [Values, RegExp][] = [
    [{ image: "x" }, /--name must be a letter and then .*got nothing/],
    [{ ...FINE, name: "App" }, /--name .* got "App"/],
    [{ ...FINE, name: "a".repeat(53) }, /--name .* at most 52 characters/],
    [{ name: "app" }, /--image must be the container's image.*got nothing/],
    [{ ...FINE, namespace: "-a" }, /--namespace must be .*got "-a"/],
    [{ ...FINE, replicas: 0 }, /--replicas must be a whole number from 1 to 1025, got 0/],
    [{ ...FINE, probePort: 1.5 }, /--probe-port must be a whole number from 1 to 65535, got 1.5/],
    [{ ...FINE, probePath: "health" }, /--probe-path must start with "\/", got "health"/],
    [{ ...FINE, readyPath: 7 }, /--ready-path must start with "\/", got 7/],
    [{ ...FINE, sidecar: "" }, /--sidecar must be the sidecar's image.*got ""/],
    [{ ...FINE, voters: 4 }, /--voters must be a whole number from 1 to 3, got 4/],
    [{ ...FINE, interval: 5 }, /--interval must be from 10 to 3600000 ms, got 5/],
    [{ ...FINE, timeout: 500 }, /--timeout must be at least 3 times --interval \(200 ms\), got 500 ms/],
    [
      { ...FINE, workload: "deployment", replicas: 10 },
      /A Deployment could never start: of 10 replicas 7 would vote.*--workload statefulset, or --voters 10/,
    ],
    [{ ...FINE, workload: "deployment", voters: 2 }, /A Deployment could never start: of 3 replicas 2 would vote/],
    [{ ...FINE, workload: "job" }, /--workload must be one of statefulset, deployment, got "job"/],
    [{ ...FINE, lease: "A B" }, /--lease must be .*got "A B"/],
    [{ ...FINE, secretName: "a..b" }, /--secret-name must be .*got "a..b"/],
  ];
  for (const [values, message] of wrong) {
    assertMatch(assertThrows(() => manifestOptions(values), UsageError).message, message);
  }
});

Deno.test("democracy manifests prints them, by flag, variable and file", async () => {
  const config = await Deno.makeTempFile({ prefix: "democracy_", suffix: ".yaml" });
  try {
    // The file of a member serves, too: its secret is not mistaken for the name of one.
    await Deno.writeTextFile(config, 'name: app\nsecret: "a-secret"\nreplicas: 5\nlease: jobs\n');
    const { code, stdout, stderr } = await runCli(["manifests", "--config", config, "--workload", "deployment"], {
      DEMOCRACY_IMAGE: "registry.example/app:2",
    });
    assertEquals([code, stderr], [0, ""]);
    const expected = { ...FINE, image: "registry.example/app:2", replicas: 5, lease: "jobs", workload: "deployment" };
    assertEquals(stdout, await manifestYaml(manifestOptions(expected)));
  } finally {
    await Deno.remove(config);
  }
});

Deno.test("democracy manifests says what is wrong, and ends with 2", async () => {
  const { code, stdout, stderr } = await runCli(["manifests", "--name", "app", "--secret", "s"]);
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "unknown option '--secret'");
});

Deno.test("neither mod.ts nor the Kubernetes entry point loads what only manifests need", async () => {
  const graphOf = async (entry: string): Promise<string> => {
    const { ok, stdout, stderr } = await capture(Deno.execPath(), ["info", "--json", `${ROOT}/${entry}`]);
    assert(ok, stderr);
    return JSON.parse(stdout).modules.map(({ specifier }: { specifier: string }) => specifier).join("\n");
  };
  assertMatch(await graphOf("src/cli/mod.ts"), /kubernetes-models/);
  const adapter = await graphOf("src/kubernetes/mod.ts");
  assertMatch(adapter, /src\/kubernetes\/lease\.ts/);
  assertEquals(/kubernetes-models|\byaml\b/.test(adapter), false);
  assertEquals(/kubernetes/.test((await graphOf("mod.ts")).replaceAll(ROOT, "")), false);
});
