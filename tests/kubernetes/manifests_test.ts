import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { manifestOptions, manifestYaml } from "../../src/cli/manifests.ts";
import type { Values } from "../../src/cli/settings.ts";
import { UsageError } from "../../src/cli/usage_error.ts";
import { kubernetes } from "../../src/kubernetes/mod.ts";
import { manifests } from "../../src/manifests/mod.ts";
import { capture, ROOT } from "../../scripts/harness/process.ts";
import { runCli } from "../../scripts/harness/command.ts";
import { manifestVariants } from "./variants.ts";

const FINE: Values = { name: "app", image: "registry.example/app:1" };

interface Labelled {
  readonly matchLabels: Readonly<Record<string, string>>;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
  };
}

/** As much as the tests read of a workload. */
interface Workload {
  readonly spec: {
    readonly selector: Labelled;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly [{ readonly env: readonly Variable[] }] };
    };
  };
}

/** As much as the tests read of the objects. */
interface Objects {
  readonly ServiceAccount: { readonly automountServiceAccountToken: boolean };
  readonly Role?: { readonly rules: unknown };
  readonly RoleBinding?: unknown;
  readonly Service: {
    readonly spec: {
      readonly clusterIP: string;
      readonly publishNotReadyAddresses: boolean;
      readonly selector: unknown;
    };
  };
  readonly StatefulSet?: Workload;
  readonly Deployment?: Workload;
  readonly PodDisruptionBudget: { readonly spec: { readonly selector: Labelled } };
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
      { ...leases, verbs: ["create"] },
    ]);
  }
  const dns = await objectsOf({ discovery: "dns" });
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
  const objects = await objectsOf({ port: 7, replicas: 5, discovery: "dns", secretName: "app-secret" });
  const [container] = workloadOf(objects).spec.template.spec.containers;
  const fields: Record<string, string> = {
    "metadata.name": "app-0",
    "status.podIP": "10.0.0.7",
    "metadata.namespace": "shop",
  };
  const environment = Object.fromEntries(
    container.env.map(({ name, value, valueFrom }) => [
      name,
      value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ""] ??
        `${valueFrom?.secretKeyRef?.name}/${valueFrom?.secretKeyRef?.key}`,
    ]),
  );
  const { source, id, clusterSize, secret } = kubernetes({ environment });
  assertEquals({ source, id, clusterSize, secret }, {
    source: "10.0.0.7:7",
    id: "app-0",
    clusterSize: 5,
    secret: "app-secret/secret",
  });
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
