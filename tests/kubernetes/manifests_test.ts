import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { kubernetes } from "../../src/kubernetes/mod.ts";
import { manifests } from "../../scripts/kubernetes/manifests.ts";
import { manifestYaml, readArguments, UsageError } from "../../scripts/manifests.ts";
import { capture, ROOT } from "../../scripts/process.ts";
import { chooseImports, importFlags } from "../../scripts/imports.ts";
import { manifestVariants } from "./variants.ts";

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

function objectsOf(...args: readonly string[]): Objects {
  const options = readArguments(["--name", "app", "--image", "registry.example/app:1", ...args]);
  assert(options);
  const documents = parseAllDocuments(manifestYaml(options));
  return Object.fromEntries(documents.map((document) => [document.toJS().kind, document.toJS()])) as unknown as Objects;
}

function workloadOf({ StatefulSet, Deployment }: Objects): Workload {
  const found = StatefulSet ?? Deployment;
  assert(found);
  return found;
}

Deno.test("every variant of the manifests fits its schema", () => {
  for (const args of manifestVariants("shop")) {
    const options = readArguments(args);
    assert(options);
    assert(manifests(options).length >= 5);
  }
});

Deno.test("manifests that do not fit their schema are refused", () => {
  const options = readArguments(["--name", "app", "--image", "registry.example/app:1"]);
  assert(options);
  assertThrows(() => manifests({ ...options, replicas: "3" as unknown as number }));
});

Deno.test("the Role allows what is needed and no more", () => {
  const endpointSlices = { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] };
  const leases = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
  assertEquals(objectsOf().Role?.rules, [endpointSlices]);
  assertEquals(objectsOf("--discovery", "dns", "--lease").Role?.rules, [
    { ...leases, resourceNames: ["app"], verbs: ["get", "update"] },
    { ...leases, verbs: ["create"] },
  ]);
  const dns = objectsOf("--discovery", "dns");
  assertEquals([dns.Role, dns.RoleBinding, dns.ServiceAccount.automountServiceAccountToken], [
    undefined,
    undefined,
    false,
  ]);
});

Deno.test("the Service is headless, lists pods that are not ready, and selects the pods", () => {
  for (const workload of ["statefulset", "deployment"]) {
    const objects = objectsOf("--workload", workload, "--port", "7");
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

Deno.test("a pod of the manifests has the environment that a member needs", () => {
  const objects = objectsOf("--port", "7", "--replicas", "5", "--discovery", "dns", "--secret", "app-secret");
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

Deno.test("arguments that will not do are told", () => {
  const fine = ["--name", "app", "--image", "x"];
  const wrong: readonly [readonly string[], RegExp][] = [
    [["--image", "x"], /--name must start with a letter.*got nothing/],
    [["--name", "App", "--image", "x"], /--name .* got "App"/],
    [["--name", "app"], /--image must be set/],
    [[...fine, "--replicas", "0"], /--replicas must be a whole number from 1 to 1025, got "0"/],
    [[...fine, "--workload", "job"], /--workload must be one of statefulset, deployment, got "job"/],
    [[...fine, "--nonsense"], /--nonsense/],
  ];
  for (const [args, message] of wrong) {
    assertMatch(assertThrows(() => readArguments(args), UsageError).message, message);
  }
  assertEquals(readArguments(["--help"]), undefined);
});

Deno.test("neither mod.ts nor the Kubernetes entry point loads what only manifests need", async () => {
  const flags = importFlags(await chooseImports());
  const graphOf = async (entry: string): Promise<string> => {
    const { ok, stdout, stderr } = await capture(Deno.execPath(), ["info", "--json", ...flags, `${ROOT}/${entry}`]);
    assert(ok, stderr);
    return JSON.parse(stdout).modules.map(({ specifier }: { specifier: string }) => specifier).join("\n");
  };
  assertMatch(await graphOf("scripts/manifests.ts"), /kubernetes-models/);
  const adapter = await graphOf("src/kubernetes/mod.ts");
  assertMatch(adapter, /src\/kubernetes\/lease\.ts/);
  assertEquals(/kubernetes-models|\byaml\b/.test(adapter), false);
  assertEquals(/kubernetes/.test((await graphOf("mod.ts")).replaceAll(ROOT, "")), false);
});
